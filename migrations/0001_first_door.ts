import { type Kysely, sql } from "kysely";

/** Cabinets, their cells, the people, and the journal of commands. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("cabinets")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("board", "text", (column) => column.notNull())
    .addColumn("registration", "text", (column) => column.unique())
    .addColumn("heartbeat", "text")
    .addColumn("heartbeat_echo", "integer", (column) => column.notNull())
    .addColumn("local_echo", "integer", (column) => column.notNull())
    .addColumn("wiring", "text", (column) => column.notNull())
    .addColumn("mode", "text", (column) => column.notNull())
    .addColumn("locks", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("updated_at", "bigint", (column) => column.notNull())
    .addColumn("last_seen_at", "bigint")
    .execute();

  await db.schema.createTable("cells")
    .addColumn("cabinet", "text", (column) => column.notNull().references("cabinets.id").onDelete("cascade"))
    .addColumn("cell", "integer", (column) => column.notNull())
    .addColumn("board", "integer", (column) => column.notNull())
    .addColumn("channel", "integer", (column) => column.notNull())
    .addColumn("size", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("cells_pkey", ["cabinet", "cell"])
    .addUniqueConstraint("cells_lock", ["cabinet", "board", "channel"])
    .execute();

  await db.schema.createTable("people")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .execute();

  await createCommands(db);
}

async function createCommands(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("commands")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("cabinet", "text", (column) => column.notNull())
    .addColumn("cell", "integer", (column) => column.notNull())
    .addColumn("command", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("reason", "text")
    .addColumn("by", "text", (column) => column.notNull())
    .addColumn("note", "text")
    .addColumn("requested_at", "bigint", (column) => column.notNull())
    .addColumn("sent_at", "bigint")
    .addColumn("finished_at", "bigint")
    .execute();
  await db.schema.createIndex("commands_newest").on("commands").columns(["requested_at", "id"]).execute();
  await db.schema.createIndex("commands_by_cabinet").on("commands").columns(["cabinet", "requested_at", "id"])
    .execute();
  // Contains a handful of rows: what a dead process left is found at once, however long the journal is.
  await db.schema.createIndex("commands_unfinished").on("commands").column("state")
    .where(sql.ref("state"), "in", ["requested", "sent"]).execute();
}
