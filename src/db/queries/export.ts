/**
 * Reads a table from its oldest row to its newest while the service runs: in small steps along an index, so that memory
 * does not depend on the table's length, and without a long transaction.
 *
 * @module
 */
import { type RawBuilder, sql } from "kysely";
import type { CommandTable, EventTable, RentalTable, Tables } from "../schema.ts";
import { equalsUnindexed } from "../statements/conditions.ts";
import type { Cursor } from "../statements/page.ts";
import type { RentalState } from "../../cabinet/kinds.ts";

/** Rows of one step: a few milliseconds and about a megabyte. */
const STEP_ROWS = 2_000;

/** The rows of the tables that can be exported. */
export interface ExportedRows {
  rentals: RentalTable;
  commands: CommandTable;
  events: EventTable;
}

/** The name of a table that can be exported. */
export type ExportedTable = keyof ExportedRows;

/** The column with the time of each row. It and `id` are an index, and with `cabinet` before them another. */
const TIMES: { readonly [Table in ExportedTable]: keyof ExportedRows[Table] & string } = {
  rentals: "since",
  commands: "requested_at",
  events: "at",
};

/** Which rows are exported. */
export interface ExportRange {
  /** @default those of all organizations */
  readonly organization?: string | undefined;
  /** @default all of them */
  readonly cabinet?: string | undefined;
  /** Their earliest time, in milliseconds since 1970. @default the beginning */
  readonly from?: number | undefined;
  /** The time that all of them are before. @default the end */
  readonly until?: number | undefined;
}

/** The times of the oldest and the newest row in a range. */
export interface TimeSpan {
  readonly first: number;
  readonly last: number;
}

/** The times of the range's first and last row; `undefined`: it has no rows. Costs two index lookups. */
export async function timeSpanOf(
  db: Tables,
  table: ExportedTable,
  range: ExportRange,
): Promise<TimeSpan | undefined> {
  const outermost = async (order: RawBuilder<unknown>) => {
    const { rows: [row] } = await sql<{ at: number }>`
      select ${timeOf(table)} as at from ${sql.table(table)} where ${timeOf(table)} >= ${range.from ?? 0}
      ${narrowedTo(table, range)} order by ${timeOf(table)} ${order} limit 1`.execute(db);
    return row?.at;
  };
  const first = await outermost(sql`asc`);
  const last = await outermost(sql`desc`);
  return first === undefined || last === undefined ? undefined : { first, last };
}

/**
 * All rows of the range, oldest first; rows of the same time in the order of their ids, so that two exports are equal.
 * Rows that are written meanwhile are included if they are newer than those that were read. `upTo` is the time of a step's
 * last row.
 */
export async function* exportRows<Table extends ExportedTable>(
  db: Tables,
  table: Table,
  range: ExportRange,
): AsyncGenerator<{ rows: ExportedRows[Table][]; upTo: number }> {
  // No id is empty, so this is before the first row of that time.
  let after: Cursor = { at: range.from ?? 0, id: "" };
  while (true) {
    const read = await rowsAfter(db, table, { ...range, after });
    const isLast = read.length < STEP_ROWS;
    const rows = isLast ? read : withoutLastTime(table, read);
    const last = rows.at(-1);
    if (!last) return;
    after = { at: last[TIMES[table]] as number, id: last.id };
    yield { rows: inOrder(table, rows), upTo: after.at };
    if (isLast) return;
  }
}

/** Omits events of the last time, of which there may be more; not if all have the same time. */
function withoutLastTime<Table extends ExportedTable>(
  table: Table,
  rows: ExportedRows[Table][],
): ExportedRows[Table][] {
  if (table !== "events") return rows;
  const lastAt = rows.at(-1)?.[TIMES[table]];
  const whole = rows.filter((row) => row[TIMES[table]] !== lastAt);
  return whole.length > 0 ? whole : rows;
}

/** Sorts events of the same time by `seq`: an index with that order would make each write of an event slower. */
function inOrder<Table extends ExportedTable>(
  table: Table,
  rows: ExportedRows[Table][],
): ExportedRows[Table][] {
  if (table !== "events") return rows;
  const events = rows as unknown as EventTable[];
  return events.toSorted((a, b) => a.at - b.at || a.seq - b.seq) as unknown as ExportedRows[Table][];
}

async function rowsAfter<Table extends ExportedTable>(
  db: Tables,
  table: Table,
  { after, ...range }: ExportRange & { after: Cursor },
): Promise<ExportedRows[Table][]> {
  const { rows } = await sql<ExportedRows[Table]>`
    select * from ${sql.table(table)}
    where (${timeOf(table)}, ${sql.ref("id")}) > (${after.at}, ${after.id}) ${narrowedTo(table, range)}
    order by ${timeOf(table)}, ${sql.ref("id")} limit ${STEP_ROWS}`.execute(db);
  return rows;
}

function timeOf(table: ExportedTable): RawBuilder<unknown> {
  return sql.ref(TIMES[table]);
}

/** The conditions of the range, except its beginning. */
function narrowedTo(
  table: ExportedTable,
  { organization, cabinet, until }: ExportRange,
): RawBuilder<unknown> {
  const also: RawBuilder<unknown>[] = [];
  // Read along the index over times: one over organizations alone would sort all rows of one at each step.
  if (organization !== undefined) also.push(sql`and ${equalsUnindexed("organization", organization)}`);
  if (cabinet !== undefined) also.push(sql`and cabinet = ${cabinet}`);
  if (until !== undefined) also.push(sql`and ${timeOf(table)} < ${until}`);
  // A rental in `opening` does not count yet.
  if (table === "rentals") also.push(sql`and state <> ${sql.lit<RentalState>("opening")}`);
  return also.length === 0 ? sql`` : sql.join(also, sql` `);
}
