import type { Kysely } from "kysely";

/**
 * Which isolate inserted a command: when two insert the same tap at once, only the one whose row was kept may send its
 * bytes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("commands").addColumn("origin", "integer").execute();
}
