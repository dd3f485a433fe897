import { type RawBuilder, sql } from "kysely";

/** The conditions that columns have these values; `undefined`: that column may have any. */
export function matching(values: Readonly<Record<string, unknown>>): RawBuilder<boolean>[] {
  return Object.entries(values).filter(([, value]) => value !== undefined)
    .map(([column, value]) => sql<boolean>`${sql.ref(column)} = ${value}`);
}

/** Ends a subquery about one row: otherwise Postgres may run it once, for all rows that there are. */
export const FOR_EACH = sql`limit 1 offset 0`;

/**
 * All of the conditions, in a form for which no planner looks for another index than that of the list's order.
 */
export function tested(conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> {
  return sql<boolean>`case when ${sql.join(conditions, sql` and `)} then 1 else 0 end = 1`;
}
