/**
 * Statements about many rows, each shape of which is compiled once: building one takes Kysely longer than it takes the
 * database to run it.
 *
 * @module
 */
import { type CompiledQuery, type RawBuilder, sql } from "kysely";
import { isPostgres } from "../dialects.ts";
import type { Tables } from "../schema.ts";
import { padded } from "./padded.ts";

/** A statement about rows that are given to it. */
export interface RowStatement {
  /** Tells it from every other one. */
  readonly name: string;
  /** The types of what a row consists of, which Postgres has to be told. */
  readonly columns: readonly ("text" | "integer" | "bigint")[];
  /**
   * Builds it.
   *
   * @param values `values (…), (…)`: the rows, whose columns are `column1`, `column2` and so on
   */
  readonly build: (db: Tables, values: RawBuilder<unknown>) => CompiledQuery;
}

/** By dialect and shape. Groups are filled up to a power of two, so of each statement there are a dozen. */
const COMPILED = { postgres: new Map<string, CompiledQuery>(), sqlite: new Map<string, CompiledQuery>() };

/**
 * Runs the statement with these rows, some of them twice; with none it does nothing.
 *
 * @returns what the statement returns
 */
export async function runWith<Row>(
  db: Tables,
  statement: RowStatement,
  rows: readonly (readonly unknown[])[],
): Promise<Row[]> {
  if (rows.length === 0) return [];
  const all = padded(rows);
  const compiled = COMPILED[isPostgres(db) ? "postgres" : "sqlite"];
  const shape = `${statement.name} ${all.length}`;
  const query = compiled.get(shape) ?? statement.build(db, valuesOf(all, statement));
  compiled.set(shape, query);
  const { rows: found } = await db.executeQuery<Row>({
    ...query as CompiledQuery<Row>,
    parameters: all.flat(),
  });
  return found;
}

function valuesOf(
  rows: readonly (readonly unknown[])[],
  { columns }: RowStatement,
): RawBuilder<unknown> {
  const tuples = rows.map((row) => {
    const typed = columns.map((type, index) => sql`cast(${row[index]} as ${sql.raw(type)})`);
    return sql`(${sql.join(typed)})`;
  });
  return sql`values ${sql.join(tuples)}`;
}
