import { type Kysely, sql } from "kysely";

/**
 * The devices that no cabinet has, and registrations that are a part of a device's first packet. Those have columns of
 * their own, since the version before takes what is in `registration` for the beginning of the packet.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("unknown_devices")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("said", "text", (column) => column.notNull().unique())
    .addColumn("why", "text", (column) => column.notNull())
    .addColumn("transport", "text", (column) => column.notNull())
    .addColumn("address", "text", (column) => column.notNull())
    .addColumn("network", "text", (column) => column.notNull())
    .addColumn("count", "bigint", (column) => column.notNull())
    .addColumn("first_at", "bigint", (column) => column.notNull())
    .addColumn("last_at", "bigint", (column) => column.notNull())
    .execute();
  for (
    const [column, type] of [["part", "text"], ["part_at", "integer"], ["part_key", "text"], [
      "part_bytes",
      "integer",
    ]] as const
  ) {
    await db.schema.alterTable("cabinets").addColumn(column, type).execute();
  }
  // No two cabinets have the same part, wherever it stands.
  await sql`create unique index cabinets_part on cabinets (part) where part is not null`.execute(db);
  await sql`create index cabinets_part_key on cabinets (part_key) where part_key is not null`.execute(db);
  // Tells which lengths there are, whatever the number of cabinets.
  await sql`create index cabinets_part_bytes on cabinets (part_bytes) where part_bytes is not null`.execute(
    db,
  );
}
