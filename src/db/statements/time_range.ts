import { type RawBuilder, sql } from "kysely";
import type { Cursor } from "./page.ts";

/** A stretch of time, in milliseconds since 1970. */
export interface TimeRange {
  /** @default {undefined} without a beginning */
  readonly from?: number | undefined;
  /** The first moment behind it. @default {undefined} without an end */
  readonly until?: number | undefined;
}

/** Whether the range leaves anything out. */
export function isLimited({ from, until }: TimeRange): boolean {
  return from !== undefined || until !== undefined;
}

/**
 * The condition that a row of a list, newest first, is within the range.
 *
 * @param before where the page begins: an end that lies behind it is left out, since SQLite would go by the end then
 */
export function isInRange(
  column: string,
  { from, until }: TimeRange,
  before: Cursor | undefined,
): RawBuilder<boolean> {
  const time = sql.ref(column);
  const isImplied = until !== undefined && before !== undefined && before.at < until;
  const bounds = [
    ...from === undefined ? [] : [sql`${time} >= ${from}`],
    ...until === undefined || isImplied ? [] : [sql`${time} < ${until}`],
  ];
  return bounds.length === 0 ? sql<boolean>`1 = 1` : sql<boolean>`(${sql.join(bounds, sql` and `)})`;
}
