import { type Kysely, sql } from "kysely";
import { FIRST_ORGANIZATION } from "../../cabinet/roles.ts";
import { DATABASE } from "../../lib/limits.ts";
import { delay } from "../../lib/concurrency/delay.ts";
import { isPostgres } from "../dialects.ts";

/**
 * Without the first organization's rows, whose lists are read by the indexes over time alone: a second index at whose end
 * all transactions write at once makes opens an eighth slower (measured).
 */
const BUT_FIRST = `where organization <> '${FIRST_ORGANIZATION}'`;

/**
 * The indexes by which organizations' lists are read, and all that refers to a person or a rental: table, columns,
 * condition. On SQLite the migrations make them.
 */
const INDEXES: Readonly<Record<string, readonly [table: string, columns: string, where?: string]>> = {
  cabinets_of_organization: ["cabinets", "organization, id"],
  // What is behind the id is compared without reading the row.
  cabinets_by_id: ["cabinets", "organization, id, online, board"],
  cabinets_by_name: ["cabinets", "organization, name, id, online, board"],
  cabinets_by_change: ["cabinets", "organization, online_at, id, online, board"],
  cabinets_by_board: ["cabinets", "board, organization, id"],
  commands_of_organization: ["commands", "organization, requested_at, id", BUT_FIRST],
  rentals_of_organization: ["rentals", "organization, since, id", BUT_FIRST],
  permits_of_organization: ["permits", "organization, created_at, id"],
  alarms_of_organization: ["alarms", "organization, raised_at, id"],
  acts_of_organization: ["acts", "organization, at, id"],
  events_of_organization: ["events", "organization, seq", BUT_FIRST],
  rentals_held: ["rentals", "organization, since, id", "where state <> 'ended'"],
  rentals_overdue: [
    "rentals",
    "organization, since, id",
    "where overdue_at is not null and state <> 'ended'",
  ],
  alarms_of_kind: ["alarms", "organization, kind, raised_at, id"],
  acts_of_kind: ["acts", "organization, act, at, id"],
  acts_of_who: ["acts", "organization, who, at, id"],
  people_unnumbered: ["people", "id", "where number is null"],
  people_by_name: ["people", '(lower(name)) collate "C"'],
  commands_by_person: ["commands", '"by", requested_at, id'],
  events_by_person: ["events", "person, seq", "where person is not null"],
  events_moved_from: ["events", "detail, seq", "where kind = 'moved'"],
  rentals_by_picker: ["rentals", "picker, since, id", "where picker is not null"],
  codes_by_rental: ["codes", "rental, created_at, id"],
  codes_by_person: ["codes", "person, created_at, id"],
  codes_by_user: ["codes", "used_by, created_at, id", "where used_by is not null"],
  notices_by_person: ["notices", "person, at, id"],
  acts_by_subject: ["acts", "subject, at, id", "where subject is not null"],
  alarms_by_subject: ["alarms", "subject, raised_at, id", "where subject <> ''"],
};

/** Advisory lock by which programs that start at once do not build the same index; no other code uses this number. */
const BUILDING_LOCK = 1_415;

/**
 * Builds the indexes over organizations that are missing, on Postgres: while others write, which no transaction can do, so
 * it is not part of the migration. An index whose building was cut short is built anew.
 *
 * @throws {Error} the database's error, or if another program takes longer than `DATABASE.migrateMs`
 */
export async function buildOrganizationIndexes<Schema>(db: Kysely<Schema>): Promise<void> {
  if (!isPostgres(db)) return;
  const until = performance.now() + DATABASE.migrateMs;
  while ((await missingIn(db)).length > 0) {
    if (await buildAlone(db)) continue;
    if (performance.now() >= until) {
      throw new Error("Cannot build the indexes: another program does not finish it");
    }
    await delay(DATABASE.upgradeRetryMs);
  }
}

/** Builds what is missing, if no other program is at it. The lock is a transaction's, since behind a pooler no session is ours. */
async function buildAlone<Schema>(db: Kysely<Schema>): Promise<boolean> {
  return await db.transaction().execute(async (trx) => {
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(trx);
    // Without a parameter: the portal of a statement with one keeps its snapshot, for whose end the building would wait.
    const { rows: [lock] } = await sql<{ taken: boolean }>`
      select pg_try_advisory_xact_lock(${sql.lit(BUILDING_LOCK)}) as taken`.execute(trx);
    if (!lock?.taken) return false;
    // On other connections: an index that is built beside writes is built outside of a transaction.
    for (const { name, isBroken } of await missingIn(db)) await build(db, { name, isBroken });
    return true;
  });
}

async function build<Schema>(
  db: Kysely<Schema>,
  { name, isBroken }: { name: string; isBroken: boolean },
): Promise<void> {
  const [table = "", columns = "", where = ""] = INDEXES[name] ?? [];
  if (isBroken) await sql`drop index concurrently if exists ${sql.ref(name)}`.execute(db);
  const over = sql`${sql.table(table)} (${sql.raw(columns)}) ${sql.raw(where)}`;
  await sql`create index concurrently ${sql.ref(name)} on ${over}`.execute(db);
}

/** The indexes that are not there, or that nothing can use since their building was cut short. */
async function missingIn<Schema>(db: Kysely<Schema>): Promise<{ name: string; isBroken: boolean }[]> {
  const { rows } = await sql<{ name: string; valid: boolean }>`
    select relname as name, indisvalid as valid from pg_index join pg_class on pg_class.oid = indexrelid
    where pg_table_is_visible(pg_class.oid) and relname in (${sql.join(Object.keys(INDEXES))})`.execute(db);
  const found = new Map(rows.map(({ name, valid }) => [name, valid]));
  return Object.keys(INDEXES).filter((name) => found.get(name) !== true)
    .map((name) => ({ name, isBroken: found.has(name) }));
}
