import type { Kysely } from "kysely";

/** The outcome of what may be used once, for a second request at the same moment; sealed secrets of controllers. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("used").addColumn("held_until", "bigint").execute();
  await db.schema.alterTable("used").addColumn("outcome", "text").execute();
  await db.schema.alterTable("cabinets").addColumn("sealed_secret", "text").execute();
}
