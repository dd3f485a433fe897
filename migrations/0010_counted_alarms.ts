import type { Kysely } from "kysely";

/** An alarm about something that happens many times counts how often it did. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("alarms").addColumn("count", "bigint").execute();
}
