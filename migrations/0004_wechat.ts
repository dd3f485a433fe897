import { type Kysely, sql } from "kysely";

/** People's WeChat identities, notices to them, and the layout of cabinets on the wall. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("cabinets").addColumn("layout", "text").execute();
  await extendPeople(db);
  await createShared(db);
  await createNotices(db);
}

async function extendPeople(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("people").addColumn("picture", "text").execute();
  await db.schema.alterTable("people")
    .addColumn("sessions_from", "bigint", (column) => column.notNull().defaultTo(0)).execute();
  await db.schema.alterTable("people").addColumn("leaving_at", "bigint").execute();
  await db.schema.createIndex("people_leaving").on("people").column("leaving_at")
    .where(sql.ref("leaving_at"), "is not", null).execute();
  await db.schema.createIndex("people_newest").on("people").columns(["created_at", "id"]).execute();
  await db.schema.createTable("identities")
    .addColumn("app", "text", (column) => column.notNull())
    .addColumn("openid", "text", (column) => column.notNull())
    .addColumn("person", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("identities_pkey", ["app", "openid"])
    .execute();
  await db.schema.createIndex("identities_of_person").on("identities").column("person").execute();
  await db.schema.createIndex("permits_by_person").on("permits").column("person").execute();
}

/** What all programs of a fleet share: keys that may be used once, and tokens of other servers. */
async function createShared(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("used")
    .addColumn("key", "text", (column) => column.primaryKey().notNull())
    .addColumn("until", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("used_until").on("used").column("until").execute();
  await db.schema.createTable("tokens")
    .addColumn("name", "text", (column) => column.primaryKey().notNull())
    .addColumn("value", "text")
    .addColumn("until", "bigint", (column) => column.notNull())
    .addColumn("leased_until", "bigint", (column) => column.notNull())
    .execute();
}

/** The outbox of notices to people outside of the page. */
async function createNotices(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("notices")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("person", "text", (column) => column.notNull())
    .addColumn("cabinet", "text", (column) => column.notNull())
    .addColumn("cell", "integer", (column) => column.notNull())
    .addColumn("rental", "text", (column) => column.notNull())
    .addColumn("code", "text")
    .addColumn("at", "bigint", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("tries", "integer", (column) => column.notNull())
    .addColumn("next_at", "bigint", (column) => column.notNull())
    .addColumn("unsure_since", "bigint")
    .addColumn("finished_at", "bigint")
    .addColumn("problem", "text")
    .execute();
  await db.schema.createIndex("notices_due").on("notices").column("next_at")
    .where(sql.ref("state"), "=", "waiting").execute();
  await db.schema.createIndex("notices_of_person").on("notices").column("person").execute();
  await db.schema.createIndex("notices_finished").on("notices").column("finished_at")
    .where(sql.ref("finished_at"), "is not", null).execute();
}
