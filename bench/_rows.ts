/**
 * Statements that fill a table from numbers, on SQLite and Postgres.
 *
 * @module
 */
import { type Kysely, type RawBuilder, sql } from "kysely";
import { isPostgres } from "../src/db/dialects.ts";
import type { Schema } from "../src/db/mod.ts";

/** `with numbers(n) as …`, of which rows are selected. */
export type Numbers = RawBuilder<unknown>;

/** Makes the numbers from the first up to and without the last one. */
export function numbersOf(db: Kysely<Schema>): (first: number, last: number) => Numbers {
  const [until, step] = [
    (last: number) => sql.lit(last - 1),
    sql`union all select n + 1 from numbers where n <`,
  ];
  return isPostgres(db)
    ? (first, last) =>
      sql`with numbers as (select generate_series(${sql.lit(first)}::bigint, ${until(last)}::bigint) as n)`
    : (first, last) => sql`with recursive numbers(n) as (select ${sql.lit(first)} ${step} ${until(last)})`;
}

/** A random id. */
export function idOf(db: Kysely<Schema>): RawBuilder<string> {
  if (isPostgres(db)) return sql`gen_random_uuid()::text`;
  return sql`lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8'
    || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`;
}

/** The number as a text of so many digits. */
export function digits(db: Kysely<Schema>, number: RawBuilder<unknown>, count: number): RawBuilder<string> {
  if (isPostgres(db)) return sql`lpad((${number})::text, ${sql.lit(count)}, '0')`;
  return sql`printf(${sql.lit(`%0${count}d`)}, ${number})`;
}
