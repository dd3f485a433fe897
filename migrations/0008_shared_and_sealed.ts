import type { Kysely } from "kysely";

/** What came of what works once, for whoever asks for it at the same moment; controllers' secrets, sealed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("used").addColumn("held_until", "bigint").execute();
  await db.schema.alterTable("used").addColumn("outcome", "text").execute();
  await db.schema.alterTable("cabinets").addColumn("sealed_secret", "text").execute();
}
