import { type Kysely, PostgresAdapter, sql } from "kysely";

/** The organization of all that there was before there were organizations. */
const FIRST = "main";

/** Tables whose rows belong to an organization, and the columns by which its staff reads them, newest first. */
const OWNED: Readonly<Record<string, readonly string[] | undefined>> = {
  cabinets: ["id"],
  cells: undefined,
  commands: ["requested_at", "id"],
  rentals: ["since", "id"],
  permits: ["created_at", "id"],
  // On SQLite the number is the rowid, which ends each index; on Postgres it is filled in after this migration.
  events: undefined,
  alarms: ["raised_at", "id"],
  acts: ["at", "id"],
};

/** Organizations, their staff, and what staff comes in by. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createOrganizations(db);
  await createStaff(db);
  await createKeys(db);
  await createVisits(db);
  for (const table of Object.keys(OWNED)) {
    // A constant default, so that no row is written: neither here nor by the version before.
    await db.schema.alterTable(table)
      .addColumn("organization", "text", (column) => column.notNull().defaultTo(FIRST)).execute();
  }
  await db.schema.alterTable("acts").addColumn("role", "text").execute();
  if (db.getExecutor().adapter instanceof PostgresAdapter) await wallOff(db);
  else await indexOnSqlite(db);
}

async function createOrganizations(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("organizations")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("language", "text", (column) => column.notNull())
    .addColumn("time_zone", "text", (column) => column.notNull())
    .addColumn("contact", "text")
    .addColumn("second_factor_roles", "text", (column) => column.notNull().defaultTo("[]"))
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .execute();
  const first = { id: FIRST, name: "", language: "zh", time_zone: "Asia/Shanghai", created_at: Date.now() };
  const { id, name, language, time_zone, created_at } = first;
  await sql`insert into organizations (id, name, language, time_zone, created_at)
    values (${id}, ${name}, ${language}, ${time_zone}, ${created_at})`.execute(db);
  await db.schema.createTable("cabinet_tags")
    .addColumn("organization", "text", (column) => column.notNull())
    .addColumn("cabinet", "text", (column) => column.notNull())
    .addColumn("tag", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("cabinet_tags_key", ["cabinet", "tag"])
    .execute();
  await db.schema.createIndex("cabinets_with_tag").on("cabinet_tags")
    .columns(["organization", "tag", "cabinet"]).execute();
}

async function createStaff(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("accounts")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("login", "text", (column) => column.notNull().unique())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("language", "text", (column) => column.notNull())
    .addColumn("password", "text", (column) => column.notNull())
    .addColumn("totp", "text")
    .addColumn("totp_pending", "text")
    .addColumn("totp_step", "bigint", (column) => column.notNull().defaultTo(0))
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createTable("recovery_codes")
    .addColumn("account", "text", (column) => column.notNull())
    .addColumn("hash", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("recovery_codes_key", ["account", "hash"])
    .execute();
  await db.schema.createTable("memberships")
    .addColumn("account", "text", (column) => column.notNull())
    .addColumn("organization", "text", (column) => column.notNull())
    .addColumn("role", "text", (column) => column.notNull())
    .addColumn("tags", "text")
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("memberships_key", ["account", "organization"])
    .execute();
  await db.schema.createIndex("memberships_of_organization").on("memberships")
    .columns(["organization", "role"]).execute();
}

/** What lets somebody in; only hashes of it are kept. */
async function createKeys(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("invitations")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("hash", "text", (column) => column.notNull().unique())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("organization", "text", (column) => column.notNull())
    .addColumn("account", "text")
    .addColumn("role", "text")
    .addColumn("tags", "text")
    .addColumn("note", "text", (column) => column.notNull().defaultTo(""))
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("until", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("invitations_of_organization").on("invitations")
    .columns(["organization", "created_at", "id"]).execute();
  await db.schema.createIndex("invitations_until").on("invitations").column("until").execute();
  await db.schema.createTable("staff_sessions")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("hash", "text", (column) => column.notNull().unique())
    .addColumn("account", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("used_at", "bigint", (column) => column.notNull())
    .addColumn("address", "text", (column) => column.notNull())
    .addColumn("agent", "text", (column) => column.notNull())
    .addColumn("ended_at", "bigint")
    .execute();
  await db.schema.createIndex("staff_sessions_of_account").on("staff_sessions")
    .columns(["account", "created_at", "id"]).execute();
  await db.schema.createTable("staff_tokens")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("hash", "text", (column) => column.notNull().unique())
    .addColumn("organization", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("role", "text", (column) => column.notNull())
    .addColumn("tags", "text")
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("created_by", "text", (column) => column.notNull())
    .addColumn("until", "bigint")
    .addColumn("used_at", "bigint")
    .addColumn("revoked_at", "bigint")
    .execute();
  await db.schema.createIndex("staff_tokens_of_organization").on("staff_tokens")
    .columns(["organization", "created_at", "id"]).execute();
}

/** Which people have been at an organization's cabinets: it sees no others. */
async function createVisits(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("visits")
    .addColumn("organization", "text", (column) => column.notNull())
    .addColumn("person", "text", (column) => column.notNull())
    .addColumn("since", "bigint", (column) => column.notNull())
    .addColumn("leaving_at", "bigint")
    .addPrimaryKeyConstraint("visits_key", ["organization", "person"])
    .execute();
  await db.schema.createIndex("visits_newest").on("visits").columns(["organization", "since", "person"])
    .execute();
  await db.schema.createIndex("visits_of_person").on("visits").column("person").execute();
  await db.schema.createIndex("visits_leaving").on("visits").column("leaving_at")
    .where(sql.ref("leaving_at"), "is not", null).execute();
}

async function indexOnSqlite(db: Kysely<unknown>): Promise<void> {
  for (const [table, columns] of Object.entries(OWNED)) {
    if (!columns) continue;
    await db.schema.createIndex(`${table}_of_organization`).on(table).columns(["organization", ...columns])
      .execute();
  }
  // The rowid, which is the event's number, ends each index.
  await db.schema.createIndex("events_of_organization").on("events").column("organization").execute();
}

/**
 * Row-level security: a transaction that has named an organization sees and writes that one's rows only, whatever its
 * statements say. One that has named none sees all: the engine, and the version before. What no transaction can do, or
 * each start has to look at, follows: `db/upgrade/organization_indexes.ts` and `db/upgrade/staff_role.ts`.
 */
async function wallOff(db: Kysely<unknown>): Promise<void> {
  const walled = [
    ...Object.keys(OWNED),
    "cabinet_tags",
    "memberships",
    "invitations",
    "staff_tokens",
    "visits",
  ];
  for (const table of walled) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`alter table ${sql.table(table)} force row level security`.execute(db);
    // In a subquery, which is run once for a statement and not for each row.
    await sql`create policy of_organization on ${sql.table(table)} using (
      (select coalesce(current_setting('kaigui.organization', true), '')) in ('', organization)
    )`.execute(db);
  }
}
