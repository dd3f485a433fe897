import { type Kysely, sql } from "kysely";

/** Since when the device of a cabinet is awaited whose description names another device than before. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("cabinets").addColumn("awaited_since", "bigint").execute();
  // Contains the few that have not connected: they are searched every few seconds, however many cabinets there are.
  await sql`
    create index cabinets_never_connected on cabinets (id)
    where awaited_since is not null or last_seen_at is null`.execute(db);
}
