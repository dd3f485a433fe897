import { type Kysely, PostgresAdapter, sql } from "kysely";

/**
 * Cabinets by their boards, and what they are searched by, on SQLite; on Postgres the first is built while others write
 * (`db/upgrade/organization_indexes.ts`).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  if (db.getExecutor().adapter instanceof PostgresAdapter) {
    await db.schema.dropIndex("events_without_person").ifExists().execute();
    return;
  }
  await db.schema.createIndex("cabinets_by_board").on("cabinets").columns(["board", "organization", "id"])
    .execute();
  await indexWords(db);
  await dropIndexesOverPeople(db);
}

/**
 * Each tap changed a page of its own in the indexes over people, a fifth of all that it writes: what is rarely asked is looked
 * for instead. So the index over times has people, too, and is all that has to be read.
 */
async function dropIndexesOverPeople(db: Kysely<unknown>): Promise<void> {
  for (const name of ["commands_by_person", "events_by_person", "events_without_person", "commands_newest"]) {
    await db.schema.dropIndex(name).ifExists().execute();
  }
  await db.schema.createIndex("commands_newest").on("commands").columns(["requested_at", "id", "by"])
    .execute();
}

/**
 * An index over each three characters that cabinets' words have in a row: on SQLite a statement that reads all words
 * keeps the isolate from its other work. Triggers keep it up to date, whichever version writes the words. Two characters
 * that no words have follow them, so that each one and each two of the words begin one of the threes, too.
 */
async function indexWords(db: Kysely<unknown>): Promise<void> {
  // Numbers of cabinets, since SQLite's search knows rows by their numbers alone.
  await sql`create table cabinet_search_places (
    place integer primary key, organization text not null, cabinet text not null, unique (organization, cabinet)
  )`.execute(db);
  await sql`create virtual table cabinet_trigrams using fts5(
    words, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
  )`.execute(db);
  await sql`create virtual table cabinet_trigram_terms using fts5vocab(cabinet_trigrams, row)`.execute(db);
  await sql`insert into cabinet_search_places (organization, cabinet)
    select organization, cabinet from cabinet_search`.execute(db);
  await sql`insert into cabinet_trigrams (rowid, words) select place, words || char(1, 1)
    from cabinet_search_places join cabinet_search using (organization, cabinet)`.execute(db);
  await createTriggers(db);
}

async function createTriggers(db: Kysely<unknown>): Promise<void> {
  const placeOf = (row: "new" | "old") =>
    sql.raw(`(select place from cabinet_search_places
      where organization = ${row}.organization and cabinet = ${row}.cabinet)`);
  await sql`create trigger cabinet_words_added after insert on cabinet_search begin
    insert into cabinet_search_places (organization, cabinet) values (new.organization, new.cabinet);
    insert into cabinet_trigrams (rowid, words) values (${placeOf("new")}, new.words || char(1, 1));
  end`.execute(db);
  await sql`create trigger cabinet_words_changed after update of words on cabinet_search
    when new.words <> old.words begin
    update cabinet_trigrams set words = new.words || char(1, 1) where rowid = ${placeOf("old")};
  end`.execute(db);
  await sql`create trigger cabinet_words_removed after delete on cabinet_search begin
    delete from cabinet_trigrams where rowid = ${placeOf("old")};
    delete from cabinet_search_places where organization = old.organization and cabinet = old.cabinet;
  end`.execute(db);
}
