import { type CompiledQuery, type RawBuilder, sql } from "kysely";
import { isPostgres } from "../dialects.ts";
import type { Tables } from "../schema.ts";

/**
 * A statement about any number of rows, each shape of which is compiled once: Kysely takes longer to build one than
 * the database to run it.
 */
export interface RowStatement {
  /** Unique: the cache's key. */
  readonly name: string;
  /** The types of a row's values, which Postgres has to be told. */
  readonly columns: readonly ("text" | "integer" | "bigint")[];
  /**
   * @param values `values (…), (…)`: the rows, with the columns `column1`, `column2` and so on
   */
  readonly build: (db: Tables, values: RawBuilder<unknown>) => CompiledQuery;
}

/** By dialect and shape. Rows are padded to a power of two, so each statement has a dozen shapes. */
const COMPILED = { postgres: new Map<string, CompiledQuery>(), sqlite: new Map<string, CompiledQuery>() };

/**
 * Runs the statement with these rows, the last of them perhaps several times; without rows it does nothing.
 */
export async function runWith<Row>(
  db: Tables,
  statement: RowStatement,
  rows: readonly (readonly unknown[])[],
): Promise<Row[]> {
  if (rows.length === 0) return [];
  const all = padToPowerOfTwo(rows);
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

/** Repeats the last item until their number is a power of two, so that few different statements are prepared. */
export function padToPowerOfTwo<T>(group: readonly T[]): T[] {
  const all = [...group];
  const last = all.at(-1) as T;
  while ((all.length & (all.length - 1)) !== 0) all.push(last);
  return all;
}
