import { type Kysely, sql } from "kysely";

/** Since when a cabinet's device is awaited that was described in the place of another one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("cabinets").addColumn("awaited_since", "bigint").execute();
  // Those that have not connected, a handful: they are looked for every few seconds, however many cabinets there are.
  await sql`
    create index cabinets_never_connected on cabinets (id)
    where awaited_since is not null or last_seen_at is null`.execute(db);
}
