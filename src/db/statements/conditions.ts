import { type RawBuilder, sql } from "kysely";

/** The conditions that columns have these values; `undefined`: that column may have any. */
export function matching(values: Readonly<Record<string, unknown>>): RawBuilder<boolean>[] {
  return Object.entries(values).filter(([, value]) => value !== undefined)
    .map(([column, value]) => sql<boolean>`${sql.ref(column)} = ${value}`);
}

/** Ends a subquery about one row: otherwise Postgres may run it once, for all rows that there are. */
export const FOR_EACH = sql`limit 1 offset 0`;

/**
 * All of the conditions, in a form for which no planner looks for another index than that of the list's order. Postgres
 * expects one row in 200 to fit.
 */
export function tested(conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> {
  return sql<boolean>`case when ${sql.join(conditions, sql` and `)} then 1 else 0 end = 1`;
}

/**
 * Whether the column has a value that many rows have, written so that no planner takes an index over the column. Postgres
 * expects half of the rows to fit: where it expects few, it reads and sorts all that another index finds, instead of that
 * index's first rows.
 */
export function equalsUnindexed(column: string, value: string | RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`case when ${sql.ref(column)} = ${value} then true else false end`;
}
