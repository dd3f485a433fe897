import { type Kysely, PostgresAdapter, sql } from "kysely";

/** The columns of the indexes by which cabinets are listed; what is behind the id is compared without reading the row. */
const ORDERS = {
  cabinets_by_id: ["organization", "id", "online", "board"],
  cabinets_by_name: ["organization", "name", "id", "online", "board"],
  cabinets_by_change: ["organization", "online_at", "id", "online", "board"],
} as const;

/** Whether a cabinet is online, as its owner says, and what cabinets are searched by. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  // Constant defaults, so that no row is written. What is online is found out by and by.
  await db.schema.alterTable("cabinets")
    .addColumn("online", "integer", (column) => column.notNull().defaultTo(0)).execute();
  for (const name of ["online_at", "online_epoch"]) {
    await db.schema.alterTable("cabinets").addColumn(
      name,
      "bigint",
      (column) => column.notNull().defaultTo(0),
    )
      .execute();
  }
  await createSearch(db, isPostgres);
  // On Postgres they are built while others write: `db/upgrade/organization_indexes.ts`.
  if (isPostgres) return;
  for (const [name, columns] of Object.entries(ORDERS)) {
    await db.schema.createIndex(name).on("cabinets").columns([...columns]).execute();
  }
}

/** A table of its own: a search reads all its rows, and those of cabinets are long. */
async function createSearch(db: Kysely<unknown>, isPostgres: boolean): Promise<void> {
  const table = db.schema.createTable("cabinet_search")
    .addColumn("organization", "text", (column) => column.notNull())
    .addColumn("cabinet", "text", (column) => column.notNull())
    .addColumn("words", "text", (column) => column.notNull())
    .addColumn("described_at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("cabinet_search_key", ["organization", "cabinet"]);
  await (isPostgres ? table : table.modifyEnd(sql`without rowid`)).execute();
  // Id and name for now; `described_at` says that the words are not all there.
  await sql`insert into cabinet_search (organization, cabinet, words, described_at)
    select organization, id, lower(id || ${"\n"} || name), 0 from cabinets`.execute(db);
  if (!isPostgres) return;
  await sql`alter table cabinet_search enable row level security`.execute(db);
  await sql`alter table cabinet_search force row level security`.execute(db);
  await sql`create policy of_organization on cabinet_search using (
    (select coalesce(current_setting('kaigui.organization', true), '')) in ('', organization)
  )`.execute(db);
}
