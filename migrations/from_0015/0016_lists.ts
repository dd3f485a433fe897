import { type Kysely, PostgresAdapter, sql } from "kysely";

/**
 * People's short numbers, and the indexes by which lists are narrowed and searched. Those who are there get their number
 * afterwards, in steps (`db/queries/lists/people_numbers.ts`). On Postgres all indexes but that over numbers are built
 * while others write (`db/upgrade/organization_indexes.ts`).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("people").addColumn("number", "text").execute();
  // No row has a number yet, so this is one scan of the table, for which taps wait.
  await db.schema.createIndex("people_by_number").on("people").unique().column("number")
    .where(sql.ref("number"), "is not", null).execute();
  if (!(db.getExecutor().adapter instanceof PostgresAdapter)) await indexOnSqlite(db);
}

async function indexOnSqlite(db: Kysely<unknown>): Promise<void> {
  for (
    const index of [
      "people_unnumbered on people (id) where number is null",
      "people_by_name on people (lower(name))",
      "rentals_held on rentals (organization, since, id) where state <> 'ended'",
      "rentals_overdue on rentals (organization, since, id) where overdue_at is not null and state <> 'ended'",
      "alarms_of_kind on alarms (organization, kind, raised_at, id)",
      "acts_of_kind on acts (organization, act, at, id)",
      "acts_of_who on acts (organization, who, at, id)",
    ]
  ) await sql`create index ${sql.raw(index)}`.execute(db);
}
