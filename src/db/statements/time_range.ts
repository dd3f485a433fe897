import { type RawBuilder, sql } from "kysely";

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

/** The condition that a row is within the range. */
export function isInRange(column: string, { from, until }: TimeRange): RawBuilder<boolean> {
  const time = sql.ref(column);
  const bounds = [
    ...from === undefined ? [] : [sql`${time} >= ${from}`],
    ...until === undefined ? [] : [sql`${time} < ${until}`],
  ];
  return bounds.length === 0 ? sql<boolean>`1 = 1` : sql<boolean>`(${sql.join(bounds, sql` and `)})`;
}
