/**
 * Lists, newest first, a page at a time: no list reads more than its page, however long the table is.
 *
 * @module
 */
import { type SelectQueryBuilder, sql } from "kysely";
import { DATABASE } from "../limits.ts";
import type { Schema } from "./schema.ts";

/** Where a page ends: the next one goes on with older rows. */
export interface Cursor {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly id: string;
}

/** Which page. */
export interface PageOf<Row> {
  /** The column that has the time; with `id` behind it, it must be the end of an index. */
  readonly time: keyof Row & string;
  readonly before?: Cursor | undefined;
  /** Rows in the page. */
  readonly limit: number;
  /** What no index can narrow down: looked at row by row, and only so many rows. */
  readonly keep?: ((row: Row) => boolean) | undefined;
}

/** A page. */
export interface Page<Row> {
  readonly items: Row[];
  /** Where it ends; `undefined`: there is nothing older. */
  readonly next: Cursor | undefined;
}

/**
 * Reads a page of the query. Where `keep` drops many rows a page may be short, or empty, and still have a next
 * one.
 */
export async function readPage<Table extends keyof Schema & string, Row extends { id: string }>(
  query: SelectQueryBuilder<Schema, Table, Row>,
  page: PageOf<Row>,
): Promise<Page<Row>> {
  const { time, limit, keep = () => true } = page;
  const items: Row[] = [];
  let before = page.before;
  for (let read = 0; read < DATABASE.scanMax;) {
    const rows = await chunk(query, { time, before, limit: page.keep ? DATABASE.scanChunk : limit + 1 });
    for (const row of rows) {
      if (items.length === limit) return { items, next: before };
      before = { at: row[time] as number, id: row.id };
      if (keep(row)) items.push(row);
    }
    if (rows.length < (page.keep ? DATABASE.scanChunk : limit + 1)) return { items, next: undefined };
    read += rows.length;
  }
  return { items, next: before };
}

async function chunk<Table extends keyof Schema & string, Row>(
  query: SelectQueryBuilder<Schema, Table, Row>,
  { time, before, limit }: { time: string; before: Cursor | undefined; limit: number },
): Promise<Row[]> {
  let part = query.orderBy(sql.ref(time), "desc").orderBy(sql.ref("id"), "desc").limit(limit);
  if (before) {
    part = part.where(sql<boolean>`(${sql.ref(time)}, ${sql.ref("id")}) < (${before.at}, ${before.id})`);
  }
  return await part.execute();
}
