import { type Kysely, PostgresAdapter, sql } from "kysely";

/** Events have numbers in the order in which they were written, and the place of a door says as of when it is known. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await (db.getExecutor().adapter instanceof PostgresAdapter ? onPostgres(db) : onSqlite(db));
}

async function extendCells(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("cells").addColumn("door_epoch", "bigint").execute();
  await db.schema.alterTable("cells").addColumn("door_count", "bigint").execute();
}

/**
 * The column's default numbers the events that the version before writes beside this one. The indexes, and the numbers of
 * existing rows, are made afterwards in steps (`numberOldEvents`), since this transaction locks the table.
 */
async function onPostgres(db: Kysely<unknown>): Promise<void> {
  await extendCells(db);
  await db.schema.alterTable("events").addColumn("seq", "bigint").execute();
  await sql`create sequence events_seq owned by events.seq`.execute(db);
  await sql`alter table events alter column seq set default nextval('events_seq')`.execute(db);
}

/**
 * The number is the rowid of a new table, so it costs nothing: every index ends with it. No other version runs beside this
 * one, so the index over cabinets and times is dropped: with it each event would write one page more.
 */
async function onSqlite(db: Kysely<unknown>): Promise<void> {
  await extendCells(db);
  const columns = sql.raw("id, at, kind, cabinet, cell, person, rental, detail, command");
  await sql`alter table events rename to old_events`.execute(db);
  await sql`
    create table events (
      seq integer primary key autoincrement, id text not null unique, at bigint not null, kind text not null,
      cabinet text not null, cell integer not null, person text, rental text, detail text, command text
    )`.execute(db);
  await sql`insert into events (${columns}) select ${columns} from old_events order by at, id`.execute(db);
  await sql`drop table old_events`.execute(db);
  const index = (name: string) => db.schema.createIndex(name).on("events");
  await index("events_newest").columns(["at", "id"]).execute();
  await index("events_by_kind").columns(["kind", "at", "id"]).execute();
  await index("events_of_cabinet").column("cabinet").execute();
  await index("events_of_kind").column("kind").execute();
}
