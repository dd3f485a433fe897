import { type Kysely, sql } from "kysely";

/** Storing and taking: rentals, pickup codes, permits, events, alarms and the operator's acts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("cabinets")
    .addColumn("rules", "text", (column) => column.notNull().defaultTo("{}")).execute();
  await db.schema.alterTable("commands").addColumn("rental", "text").execute();
  await extendCells(db);
  await createRentals(db);
  await createCodes(db);
  await createPermits(db);
  await createRecords(db);
}

/** A cell's rental is stored beside its state (whether it may be used), so that neither hides the other. */
async function extendCells(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("cells").addColumn("rental", "text").execute();
  await db.schema.alterTable("cells").addColumn("last_rental", "text").execute();
  await db.schema.alterTable("cells")
    .addColumn("freed_at", "bigint", (column) => column.notNull().defaultTo(0)).execute();
  // Until now `held` could only be set by hand, and meant nothing.
  await sql`update cells set state = 'free' where state = 'held'`.execute(db);
}

async function createRentals(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("rentals")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("cabinet", "text", (column) => column.notNull())
    .addColumn("cell", "integer", (column) => column.notNull())
    .addColumn("person", "text", (column) => column.notNull())
    .addColumn("picker", "text")
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("since", "bigint", (column) => column.notNull())
    .addColumn("until", "bigint")
    .addColumn("due_at", "bigint")
    .addColumn("overdue_at", "bigint")
    .addColumn("ended_at", "bigint")
    .addColumn("end_reason", "text")
    .execute();
  const index = (name: string) => db.schema.createIndex(name).on("rentals");
  await index("rentals_newest").columns(["since", "id"]).execute();
  await index("rentals_by_cabinet").columns(["cabinet", "since", "id"]).execute();
  await index("rentals_by_person").columns(["person", "since", "id"]).execute();
  // Rentals that have not ended: as many as there are cells in use, however long the history is.
  await index("rentals_active").columns(["cabinet", "person"])
    .where(sql.ref("state"), "<>", "ended").execute();
  await index("rentals_picking").columns(["cabinet", "picker"])
    .where(sql.ref("picker"), "is not", null).where(sql.ref("state"), "<>", "ended").execute();
  await index("rentals_returning").columns(["since", "id"])
    .where(sql.ref("state"), "=", "returning").execute();
  await index("rentals_due").column("due_at").where(sql.ref("due_at"), "is not", null).execute();
  await index("rentals_ended").column("ended_at").where(sql.ref("ended_at"), "is not", null).execute();
}

async function createCodes(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("codes")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("cabinet", "text", (column) => column.notNull())
    .addColumn("rental", "text", (column) => column.notNull())
    .addColumn("person", "text", (column) => column.notNull())
    .addColumn("nonce", "text", (column) => column.notNull())
    .addColumn("hash", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("until", "bigint", (column) => column.notNull())
    .addColumn("used_at", "bigint")
    .addColumn("used_by", "text")
    .addColumn("void_at", "bigint")
    .execute();
  const index = (name: string) => db.schema.createIndex(name).on("codes");
  const isLive = [[sql.ref("used_at"), "is", null], [sql.ref("void_at"), "is", null]] as const;
  await index("codes_live").unique().columns(["cabinet", "hash"])
    .where(...isLive[0]).where(...isLive[1]).execute();
  await index("codes_of_rental").column("rental").where(...isLive[0]).where(...isLive[1]).execute();
  await index("codes_until").column("until").execute();
  await db.schema.createTable("code_tries")
    .addColumn("subject", "text", (column) => column.primaryKey().notNull())
    .addColumn("wrong", "integer", (column) => column.notNull())
    .addColumn("since", "bigint", (column) => column.notNull())
    .addColumn("blocked_until", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("code_tries_since").on("code_tries").column("since").execute();
}

async function createPermits(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("permits")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("cabinet", "text", (column) => column.notNull())
    .addColumn("person", "text", (column) => column.notNull())
    .addColumn("cells", "text")
    .addColumn("valid_from", "bigint", (column) => column.notNull())
    .addColumn("valid_until", "bigint")
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("revoked_at", "bigint")
    .execute();
  await db.schema.createIndex("permits_of_person").on("permits").columns(["cabinet", "person"]).execute();
  await db.schema.createIndex("permits_by_cabinet").on("permits").columns(["cabinet", "created_at", "id"])
    .execute();
}

/** What is told afterwards: events, alarms, and what the operator did. */
async function createRecords(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("events")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("cabinet", "text", (column) => column.notNull())
    .addColumn("cell", "integer", (column) => column.notNull())
    .addColumn("person", "text")
    .addColumn("rental", "text")
    .addColumn("detail", "text")
    .execute();
  await db.schema.createIndex("events_newest").on("events").columns(["at", "id"]).execute();
  await db.schema.createIndex("events_by_cabinet").on("events").columns(["cabinet", "at", "id"]).execute();
  await db.schema.createIndex("events_by_kind").on("events").columns(["kind", "at", "id"]).execute();

  await db.schema.createTable("alarms")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("cabinet", "text", (column) => column.notNull())
    .addColumn("cell", "integer", (column) => column.notNull())
    .addColumn("subject", "text", (column) => column.notNull())
    .addColumn("raised_at", "bigint", (column) => column.notNull())
    .addColumn("until", "bigint")
    .addColumn("ended_at", "bigint")
    .execute();
  await db.schema.createIndex("alarms_active").on("alarms").unique()
    .columns(["cabinet", "cell", "kind", "subject"]).where(sql.ref("ended_at"), "is", null).execute();
  await db.schema.createIndex("alarms_newest").on("alarms").columns(["raised_at", "id"]).execute();
  await db.schema.createIndex("alarms_by_cabinet").on("alarms").columns(["cabinet", "raised_at", "id"])
    .execute();
  await db.schema.createIndex("alarms_raised").on("alarms").columns(["raised_at", "id"])
    .where(sql.ref("ended_at"), "is", null).execute();
  await db.schema.createIndex("alarms_until").on("alarms").column("until")
    .where(sql.ref("ended_at"), "is", null).execute();

  await db.schema.createTable("acts")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .addColumn("who", "text", (column) => column.notNull())
    .addColumn("act", "text", (column) => column.notNull())
    .addColumn("cabinet", "text", (column) => column.notNull())
    .addColumn("cell", "integer", (column) => column.notNull())
    .addColumn("subject", "text")
    .addColumn("reason", "text")
    .addColumn("address", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("acts_newest").on("acts").columns(["at", "id"]).execute();
  await db.schema.createIndex("acts_by_cabinet").on("acts").columns(["cabinet", "at", "id"]).execute();
}
