import type { Kysely } from "kysely";

/**
 * What SQL never compares of a cabinet's description, as JSON: a new field of it needs no column.
 *
 * The columns that it takes the place of (`heartbeat`, `heartbeat_echo`, `heartbeat_ms`, `local_echo`, `addresses`, `rules`,
 * `layout`) stay for a release: the version before reads and writes only them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("cabinets").addColumn("description", "text").execute();
}
