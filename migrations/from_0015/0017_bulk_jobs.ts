import { type Kysely, PostgresAdapter, sql } from "kysely";

/** Acts on many cabinets or cells at once, and what came of each. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("bulk_jobs")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("organization", "text", (column) => column.notNull())
    .addColumn("who", "text", (column) => column.notNull())
    .addColumn("role", "text")
    .addColumn("tags", "text")
    .addColumn("reason", "text")
    .addColumn("address", "text", (column) => column.notNull())
    .addColumn("act", "text", (column) => column.notNull())
    .addColumn("request", "text", (column) => column.notNull())
    .addColumn("total", "integer", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("problem", "text")
    .addColumn("next", "integer", (column) => column.notNull())
    .addColumn("done", "integer", (column) => column.notNull())
    .addColumn("unchanged", "integer", (column) => column.notNull())
    .addColumn("refused", "integer", (column) => column.notNull())
    .addColumn("lease", "text")
    .addColumn("leased_until", "bigint", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("finished_at", "bigint")
    .execute();
  await db.schema.createIndex("bulk_jobs_of_organization").on("bulk_jobs")
    .columns(["organization", "created_at", "id"]).execute();
  await db.schema.createIndex("bulk_jobs_due").on("bulk_jobs").column("leased_until")
    .where(sql.ref("state"), "=", "running").execute();
  await db.schema.createIndex("bulk_jobs_finished").on("bulk_jobs").column("finished_at")
    .where(sql.ref("finished_at"), "is not", null).execute();
  await db.schema.createTable("bulk_targets")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("organization", "text", (column) => column.notNull())
    .addColumn("targets", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createTable("bulk_parts")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("organization", "text", (column) => column.notNull())
    .addColumn("job", "text", (column) => column.notNull())
    .addColumn("n", "integer", (column) => column.notNull())
    .addColumn("cabinet", "text", (column) => column.notNull())
    .addColumn("cell", "integer", (column) => column.notNull())
    .addColumn("result", "text", (column) => column.notNull())
    .addColumn("detail", "text")
    .addColumn("at", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("bulk_parts_of_job").on("bulk_parts").columns(["organization", "job", "n"])
    .unique().execute();
  await db.schema.createIndex("bulk_parts_at").on("bulk_parts").column("at").execute();
  await db.schema.alterTable("acts").addColumn("job", "text").execute();
  if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return;
  for (const table of ["bulk_jobs", "bulk_targets", "bulk_parts"]) await wallOff(db, table);
}

/** As 0014 does it for the tables before. */
async function wallOff(db: Kysely<unknown>, table: string): Promise<void> {
  await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
  await sql`alter table ${sql.table(table)} force row level security`.execute(db);
  await sql`create policy of_organization on ${sql.table(table)} using (
    (select coalesce(current_setting('kaigui.organization', true), '')) in ('', organization)
  )`.execute(db);
}
