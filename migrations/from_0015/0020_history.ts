import { type Kysely, PostgresAdapter, sql } from "kysely";

/**
 * Indexes by which all that refers to a person or to a rental is found. The version for Postgres is in
 * `db/upgrade/organization_indexes.ts`: there they are built while others write.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  if (db.getExecutor().adapter instanceof PostgresAdapter) return;
  const index = (name: string, table: string, columns: readonly string[]) =>
    db.schema.createIndex(name).ifNotExists().on(table).columns([...columns]);
  await index("commands_by_person", "commands", ["by", "requested_at", "id"]).execute();
  // The rowid, which is the event's number, ends each index.
  await index("events_by_person", "events", ["person"]).where(sql.ref("person"), "is not", null).execute();
  await index("events_without_person", "events", ["cabinet", "cell"]).where(sql.ref("person"), "is", null)
    .execute();
  await index("events_moved_from", "events", ["detail"]).where(sql.ref("kind"), "=", "moved").execute();
  await index("rentals_by_picker", "rentals", ["picker", "since", "id"])
    .where(sql.ref("picker"), "is not", null).execute();
  await index("codes_by_rental", "codes", ["rental", "created_at", "id"]).execute();
  await index("codes_by_person", "codes", ["person", "created_at", "id"]).execute();
  await index("codes_by_user", "codes", ["used_by", "created_at", "id"])
    .where(sql.ref("used_by"), "is not", null).execute();
  await index("notices_by_person", "notices", ["person", "at", "id"]).execute();
  await index("acts_by_subject", "acts", ["subject", "at", "id"]).where(sql.ref("subject"), "is not", null)
    .execute();
  await index("alarms_by_subject", "alarms", ["subject", "raised_at", "id"])
    .where(sql.ref("subject"), "<>", "").execute();
}
