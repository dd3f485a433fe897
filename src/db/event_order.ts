/**
 * The order of events: each has a number (`seq`) in the order in which they are written. SQLite has one writer, so they
 * are committed in that order too. On Postgres an event may be committed after one with a higher number.
 *
 * @module
 */
import { type Kysely, sql, type Transaction } from "kysely";
import { delay } from "../lib/concurrency/delay.ts";
import { DATABASE } from "../lib/limits.ts";
import { isPostgres } from "./dialects.ts";
import type { Tables } from "./schema.ts";
import { upgradeStep } from "./upgrade/upgrade_step.ts";

/** Advisory lock by which programs that start at once do not number the same events; no other code uses this number. */
const NUMBERING_LOCK = 1_306;

/**
 * The number up to which all events are committed, or never will be: a reader that goes on from there misses none. A
 * transaction that writes events locks their table before it takes a number, so it is enough to wait for those that have
 * the table locked now, which costs writers nothing.
 *
 * @returns `undefined` if a transaction takes longer than `DATABASE.settleMs`: ask again
 */
export async function committedUpTo(db: Tables): Promise<number | undefined> {
  if (!isPostgres(db)) return Number.MAX_SAFE_INTEGER;
  const { rows: [last] } = await sql<{ seq: number }>`select last_value as seq from events_seq`.execute(db);
  const until = performance.now() + DATABASE.settleMs;
  let writing = await writingEvents(db);
  while (writing.size > 0) {
    if (performance.now() >= until) return undefined;
    await delay(DATABASE.settleRetryMs);
    writing = writing.intersection(await writingEvents(db));
  }
  return last?.seq;
}

/** The highest number that an event ever had, whether it is still stored or not; 0: there was no event. */
export async function highestEventNumber(db: Tables): Promise<number> {
  const { rows: [last] } = isPostgres(db)
    ? await sql<{ seq: number }>`
      select case when is_called then last_value else 0 end as seq from events_seq`.execute(db)
    : await sql<{ seq: number }>`select seq from sqlite_sequence where name = 'events'`.execute(db);
  return last?.seq ?? 0;
}

/**
 * The transactions that have written to the table, or are about to. Copies of a database on the same server have a table of
 * the same number, and `pg_locks` has the locks of all databases.
 */
async function writingEvents(db: Tables): Promise<Set<string>> {
  const { rows } = await sql<{ virtualtransaction: string }>`
    select virtualtransaction from pg_locks
    where database = (select oid from pg_database where datname = current_database())
    and relation = 'events'::regclass and mode = 'RowExclusiveLock' and granted`.execute(db);
  return new Set(rows.map(({ virtualtransaction }) => virtualtransaction));
}

/** The indexes by which events are read in order: name and columns. */
const INDEXES = {
  events_in_order: "seq",
  events_of_cabinet: "cabinet, seq",
  events_of_kind: "kind, seq",
};

/**
 * Builds the indexes over `seq`, and numbers the events that were written before there was a `seq`, in their order, with
 * 0 and below. It works in steps, since the version before may be writing meanwhile, and can be interrupted and resumed.
 */
export async function numberOldEvents<Schema>(db: Kysely<Schema>): Promise<void> {
  if (!isPostgres(db) || await areNumbered(db)) return;
  // The indexes first, while they are empty: building each is one scan of the table, during which it takes no writes.
  for (const [name, columns] of Object.entries(INDEXES)) {
    await step(db, async (trx) => {
      const index = sql`${sql.ref(name)} on events (${sql.raw(columns)}) where seq is not null`;
      await sql`create index if not exists ${index}`.execute(trx);
    });
  }
  while (await step(db, numberSome) > 0);
  // Validated while others write; then the column's own check has nothing left to scan.
  await step(db, async (trx) => {
    await sql`alter table events drop constraint if exists events_numbered`.execute(trx);
    await sql`alter table events add constraint events_numbered check (seq is not null) not valid`.execute(
      trx,
    );
  });
  await step(db, async (trx) => {
    await sql`alter table events validate constraint events_numbered`.execute(trx);
  });
  await step(db, async (trx) => {
    await sql`alter table events alter column seq set not null`.execute(trx);
    await sql`alter table events drop constraint events_numbered`.execute(trx);
  });
}

/** One program at a time. The lock belongs to the transaction, since behind a pooler no session is ours. */
async function step<Schema, Done>(
  db: Kysely<Schema>,
  work: (trx: Transaction<Schema>) => Promise<Done>,
): Promise<Done | 0> {
  return await upgradeStep(db, {
    lock: async (trx) => void await sql`select pg_advisory_xact_lock(${NUMBERING_LOCK})`.execute(trx),
    work: async (trx) => await areNumbered(trx) ? 0 : await work(trx),
  });
}

async function areNumbered<Schema>(db: Kysely<Schema>): Promise<boolean> {
  const { rows: [column] } = await sql<{ attnotnull: boolean }>`
    select attnotnull from pg_attribute where attrelid = 'events'::regclass and attname = 'seq'`.execute(db);
  return column?.attnotnull === true;
}

/** Numbers the newest events that have no number. @returns how many */
async function numberSome<Schema>(db: Kysely<Schema>): Promise<number> {
  const { rows: [lowest] } = await sql<{ seq: number; at: number; id: string }>`
    select seq, at, id from events where seq <= 0 order by seq limit 1`.execute(db);
  const older = lowest ? sql`and (at, id) < (${lowest.at}, ${lowest.id})` : sql``;
  const { numAffectedRows = 0n } = await sql`
    update events set seq = ${lowest?.seq ?? 1} - numbered.nth
    from (
      select id, row_number() over (order by at desc, id desc) as nth from (
        select id, at from events where seq is null ${older}
        order by at desc, id desc limit ${DATABASE.numberingMax}
      ) as chosen
    ) as numbered
    where events.id = numbered.id`.execute(db);
  return Number(numAffectedRows);
}
