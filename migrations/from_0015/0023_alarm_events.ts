import type { Kysely } from "kysely";

/** Events say which alarm they are about: one that was raised, or has ended. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("events").addColumn("alarm", "text").execute();
}
