import { type Kysely, sql } from "kysely";

/** Boards of many families: allowed addresses, places of doors and the commands that opened them, offline cabinets. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await extendCabinets(db);
  await extendCells(db);
  await db.schema.alterTable("events").addColumn("command", "text").execute();
}

async function extendCabinets(db: Kysely<unknown>): Promise<void> {
  const cabinets = () => db.schema.alterTable("cabinets");
  await cabinets().addColumn("heartbeat_ms", "bigint").execute();
  await cabinets().addColumn("addresses", "text").execute();
  await cabinets().addColumn("secret", "text").execute();
  await cabinets().addColumn("left_open_ms", "bigint", (column) => column.defaultTo(300_000)).execute();
  await cabinets().addColumn("offline_ms", "bigint", (column) => column.defaultTo(60_000)).execute();
  await cabinets().addColumn("offline_since", "bigint").execute();
  await cabinets().addColumn("event_log", "text").execute();
  await cabinets().addColumn("event_seq", "bigint", (column) => column.notNull().defaultTo(0)).execute();
  await db.schema.createIndex("cabinets_offline").on("cabinets").column("offline_since")
    .where(sql.ref("offline_since"), "is not", null).execute();
}

async function extendCells(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("cells").addColumn("door", "text").execute();
  await db.schema.alterTable("cells").addColumn("door_at", "bigint").execute();
  await db.schema.alterTable("cells").addColumn("door_command", "text").execute();
  await db.schema.createIndex("cells_open").on("cells").column("door_at")
    .where(sql.ref("door"), "=", sql.lit("open")).execute();
}
