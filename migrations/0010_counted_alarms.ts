import type { Kysely } from "kysely";

/** Alarms of things that happen many times say how often they did. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("alarms").addColumn("count", "bigint").execute();
}
