import { setImmediate } from "node:timers/promises";
import { type RawBuilder, type SelectQueryBuilder, sql } from "kysely";
import { DATABASE } from "../../lib/limits.ts";
import type { Schema, Tables } from "../schema.ts";
import type { TimeRange } from "./time_range.ts";

/** The last row of a page: the next page begins behind it. */
export interface Cursor {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly id: string;
}

/** A position in a list: the values of the columns that it is ordered by. */
export type ListPosition = readonly (number | string)[];

/** How many rows are tested for one page at most, and in one statement. */
export interface Scan {
  readonly max: number;
  readonly step: number;
}

/** Where each row is read. */
const SCAN: Scan = { max: DATABASE.scanMax, step: DATABASE.scanChunk };

/** Which rows of a list are read. */
export interface ListQuery<Row> {
  /** The columns that the list is ordered by, which are the end of an index. */
  readonly order: readonly (keyof Row & string)[];
  /** The position behind which the page begins. */
  readonly from?: ListPosition | undefined;
  /** The last position of the list. @default {undefined} it has no end */
  readonly until?: ListPosition | undefined;
  /** @default {"newest first"} */
  readonly direction?: "newest first" | "oldest first";
  /**
   * Whether the rows are few and are sorted, so that no planner takes an index for its order and looks at many more rows.
   *
   * @default {false}
   */
  readonly isSorted?: boolean | undefined;
  /** Most rows of the page. */
  readonly limit: number;
  /** A condition that no index tells: tested row by row. */
  readonly fits?: RawBuilder<boolean> | undefined;
  /** How many rows are tested for it. @default {SCAN} */
  readonly scan?: Scan | undefined;
  /** The same of what no statement can tell, instead of `fits`: up to `DATABASE.scanMax` rows are read for it. */
  readonly keep?: ((row: Row) => boolean) | undefined;
}

/** A page of a list. */
export interface Page<Row> {
  readonly items: Row[];
  /** Where the next page begins; `undefined`: there is none. */
  readonly next: Cursor | undefined;
  /** @default {undefined} it was not counted */
  readonly count?: Count | undefined;
}

/** How many rows a list has. */
export interface Count {
  readonly rows: number;
  /** Otherwise it has more than these. */
  readonly isAll: boolean;
}

/**
 * Counts the rows of a query, up to `max` of them.
 *
 * @param options.by the columns that the list is ordered by: otherwise Postgres takes a limit for a reason to read the table
 * from its beginning, where none of the rows may be @default {[]} the rows are few
 * @param options.max @default {DATABASE.countMax}
 */
export async function countOf<Table extends keyof Schema & string, Row>(
  db: Tables,
  query: SelectQueryBuilder<Schema, Table, Row>,
  { by = [], max = DATABASE.countMax }: { by?: readonly string[]; max?: number } = {},
): Promise<Count> {
  let rows = query.clearSelect().select(sql.lit(1).as("one")).limit(max + 1);
  for (const column of by) rows = rows.orderBy(sql.ref(column), "desc");
  const { rows: [row] } = await sql<{ n: number }>`select count(*) as n from (${rows}) as counted`
    .execute(db);
  const found = Number(row?.n ?? 0);
  return found > max ? { rows: max, isAll: false } : { rows: found, isAll: true };
}

/**
 * Reads a page of a list that is ordered by time, newest first: it costs the same, however long the table is. Where few rows
 * fit, a page may be short or empty and still have a next one.
 *
 * @param page.time the column with the time; it and `tie` must be the last columns of an index
 * @param page.range which rows the list has, by their time: as positions, since SQLite would begin each step where a
 * condition of its own begins
 */
export async function readPage<Table extends keyof Schema & string, Row extends { id: string }>(
  query: SelectQueryBuilder<Schema, Table, Row>,
  page: Pick<ListQuery<Row>, "limit" | "fits" | "scan" | "keep" | "isSorted"> & {
    readonly time: keyof Row & string;
    /** The column by which rows of the same time are ordered: it has the id. @default {"id"} */
    readonly tie?: keyof Row & string;
    readonly before: Cursor | undefined;
    readonly range?: TimeRange;
    /** Counts the list, where an index does it. @default {undefined} it is counted only where it is one page */
    readonly count?: (() => Promise<Count>) | undefined;
  },
): Promise<Page<Row>> {
  const { time, tie = "id", before, range = {}, count, ...rest } = page;
  const { items, last } = await readPart(query, {
    ...rest,
    order: [time, tie],
    ...positionsOf(range, before),
  });
  const next = last && { at: last[time] as number, id: last.id };
  return { items, next, count: await countOfFirst({ items, next }, { before, count }) };
}

/** Where a list of that range, newest first, begins and ends. No id is empty. */
function positionsOf(
  { from, until = Infinity }: TimeRange,
  before: Cursor | undefined,
): Pick<ListQuery<unknown>, "from" | "until"> {
  const begin = before && before.at < until ? [before.at, before.id] : [until, ""];
  return {
    from: begin[0] === Infinity ? undefined : begin,
    until: from === undefined ? undefined : [from, ""],
  };
}

/** How many rows a list has, if this is its first page. */
export async function countOfFirst<Row>(
  { items, next }: Page<Row>,
  { before, count }: { before: Cursor | undefined; count?: (() => Promise<Count>) | undefined },
): Promise<Count | undefined> {
  if (before) return undefined;
  return next ? await count?.() : { rows: items.length, isAll: true };
}

/**
 * Reads up to `limit` rows of a list; fewer where few fit. `last` is the last row that was looked at, where there
 * may be more behind it.
 */
export async function readPart<Table extends keyof Schema & string, Row extends { id: string }>(
  query: SelectQueryBuilder<Schema, Table, Row>,
  page: ListQuery<Row>,
): Promise<{ items: Row[]; last: Row | undefined }> {
  const { limit, fits, keep = () => true } = page;
  if (fits) return await readFitting(query, { ...page, fits });
  const chunkMax = page.keep ? DATABASE.scanChunk : limit + 1;
  const items: Row[] = [];
  let last: Row | undefined;
  for (let read = 0; read < DATABASE.scanMax;) {
    // Reads of SQLite leave no other work its turn.
    if (read > 0) await setImmediate();
    const from = last ? positionOf(last, page) : page.from;
    const rows = await chunk(query, { ...page, from, limit: chunkMax });
    for (const row of rows) {
      if (items.length === limit) return { items, last };
      last = row;
      if (keep(row)) items.push(row);
    }
    if (rows.length < chunkMax) return { items, last: undefined };
    read += rows.length;
  }
  return { items, last };
}

/** The same where rows are tested: those that do not fit are not read. */
async function readFitting<Table extends keyof Schema & string, Row extends { id: string }>(
  query: SelectQueryBuilder<Schema, Table, Row>,
  { fits, limit, scan = SCAN, ...page }: ListQuery<Row> & { readonly fits: RawBuilder<boolean> },
): Promise<{ items: Row[]; last: Row | undefined }> {
  const items: Row[] = [];
  let [from, last]: [ListPosition | undefined, Row | undefined] = [page.from, undefined];
  for (let tested = 0; tested < scan.max; tested += scan.step) {
    // Reads of SQLite leave no other work its turn.
    if (tested > 0) await setImmediate();
    const [end] = await chunk(query.offset(scan.step - 1), { ...page, from, limit: 1 });
    const to = end && positionOf(end, page);
    const wanted = limit - items.length;
    const rows = await chunk(query.where(fits), {
      ...page,
      from,
      until: to ?? page.until,
      limit: wanted + 1,
    });
    items.push(...rows.slice(0, wanted));
    if (rows.length > wanted) return { items, last: items.at(-1) };
    if (!end) return { items, last: undefined };
    [from, last] = [to, end];
  }
  return { items, last };
}

function positionOf<Row>(row: Row, { order }: Pick<ListQuery<Row>, "order">): ListPosition {
  return order.map((column) => row[column] as number | string);
}

async function chunk<Table extends keyof Schema & string, Row>(
  query: SelectQueryBuilder<Schema, Table, Row>,
  { order, from, until, direction = "newest first", isSorted, limit }: ListQuery<Row>,
): Promise<Row[]> {
  const isDown = direction === "newest first";
  // The first column, which is a number, is not a column of an index then.
  const places = order.map((column, at) =>
    isSorted && at === 0 ? sql`${sql.ref(column)} + 0` : sql.ref(column)
  );
  let part = query.limit(limit);
  for (const place of places) part = part.orderBy(place, isDown ? "desc" : "asc");
  const is = (comparison: string, position: ListPosition) =>
    sql<boolean>`(${sql.join(places)}) ${sql.raw(comparison)} (${sql.join(position)})`;
  if (from) part = part.where(is(isDown ? "<" : ">", from));
  if (until) part = part.where(is(isDown ? ">=" : "<=", until));
  return await part.execute();
}
