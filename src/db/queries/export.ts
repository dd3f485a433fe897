/**
 * Reading a table from its oldest row to its newest, beside a running service: in small steps along an index, so
 * that it takes the same memory however long the table is, and no transaction lasts.
 *
 * @module
 */
import { type RawBuilder, sql } from "kysely";
import type { CommandTable, EventTable, RentalTable, Tables } from "../schema.ts";
import type { Cursor } from "../statements/page.ts";

/** Rows of one step: a few milliseconds and about a megabyte. */
const STEP_ROWS = 2_000;

/** The rows of the tables that can be exported. */
export interface ExportedRows {
  rentals: RentalTable;
  commands: CommandTable;
  events: EventTable;
}

/** A table that can be exported. */
export type Exported = keyof ExportedRows;

/** The column that has its rows' time. With `id` behind it that is an index, and with `cabinet` before it another. */
const TIMES: { readonly [Table in Exported]: keyof ExportedRows[Table] & string } = {
  rentals: "since",
  commands: "requested_at",
  events: "at",
};

/** Which of its rows. */
export interface Range {
  /** @default all of them */
  readonly cabinet?: string | undefined;
  /** The first moment that is wanted, in milliseconds since 1970. @default the beginning */
  readonly from?: number | undefined;
  /** The first moment that is not. @default the end */
  readonly until?: number | undefined;
}

/** When the oldest and the newest row in a range happened. */
export interface TimeSpan {
  readonly first: number;
  readonly last: number;
}

/** Some rows, and the time of the last of them. */
export interface ExportStep<Row> {
  readonly rows: Row[];
  readonly upTo: number;
}

/** Between which times the rows lie; `undefined` if there are none. Costs two looks at an index. */
export async function spanOf(db: Tables, table: Exported, range: Range): Promise<TimeSpan | undefined> {
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
 * All rows of the range, oldest first; those of the same time in the order of their ids, so that it is always the
 * same. What is written meanwhile is seen if it is newer than what was read.
 */
export async function* oldestFirst<Table extends Exported>(
  db: Tables,
  table: Table,
  range: Range,
): AsyncGenerator<ExportStep<ExportedRows[Table]>> {
  // No id is empty, so this is before the first row of that moment.
  let after: Cursor = { at: range.from ?? 0, id: "" };
  while (true) {
    const read = await rowsAfter(db, table, { ...range, after });
    const isLast = read.length < STEP_ROWS;
    const rows = isLast ? read : wholeMoments(table, read);
    const last = rows.at(-1);
    if (!last) return;
    after = { at: last[TIMES[table]] as number, id: last.id };
    yield { rows: inOrder(table, rows), upTo: after.at };
    if (isLast) return;
  }
}

/** Without those of the last moment, of which there may be more; all, where there is one moment only. */
function wholeMoments<Table extends Exported>(
  table: Table,
  rows: ExportedRows[Table][],
): ExportedRows[Table][] {
  if (table !== "events") return rows;
  const lastAt = rows.at(-1)?.[TIMES[table]];
  const whole = rows.filter((row) => row[TIMES[table]] !== lastAt);
  return whole.length > 0 ? whole : rows;
}

/** Events of one moment in the order in which they were written: an index that has it would cost each event more. */
function inOrder<Table extends Exported>(table: Table, rows: ExportedRows[Table][]): ExportedRows[Table][] {
  if (table !== "events") return rows;
  const events = rows as unknown as EventTable[];
  return events.toSorted((a, b) => a.at - b.at || a.seq - b.seq) as unknown as ExportedRows[Table][];
}

async function rowsAfter<Table extends Exported>(
  db: Tables,
  table: Table,
  { after, ...range }: Range & { after: Cursor },
): Promise<ExportedRows[Table][]> {
  const { rows } = await sql<ExportedRows[Table]>`
    select * from ${sql.table(table)}
    where (${timeOf(table)}, ${sql.ref("id")}) > (${after.at}, ${after.id}) ${narrowedTo(table, range)}
    order by ${timeOf(table)}, ${sql.ref("id")} limit ${STEP_ROWS}`.execute(db);
  return rows;
}

function timeOf(table: Exported): RawBuilder<unknown> {
  return sql.ref(TIMES[table]);
}

/** All of the range but where it begins. */
function narrowedTo(table: Exported, { cabinet, until }: Range): RawBuilder<unknown> {
  const also: RawBuilder<unknown>[] = [];
  if (cabinet !== undefined) also.push(sql`and cabinet = ${cabinet}`);
  if (until !== undefined) also.push(sql`and ${timeOf(table)} < ${until}`);
  // A rental in `opening` is none yet.
  if (table === "rentals") also.push(sql`and state <> 'opening'`);
  return also.length === 0 ? sql`` : sql.join(also, sql` `);
}
