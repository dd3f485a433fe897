/**
 * Rows of a long history: cabinets of two organizations, people, and what both did for months.
 *
 * @module
 */
import { Kysely, type RawBuilder, sql } from "kysely";
import { type DatabaseLocation, dialectOf, type Schema } from "../src/db/mod.ts";
import { DATABASE } from "../src/lib/limits.ts";
import { insertCabinets } from "./_cabinet_rows.ts";
import { insertPeople, insertSecond, personAt } from "./_people_rows.ts";
import { idOf, type Numbers, numbersOf } from "./_rows.ts";

/** Cabinets of a history; each tenth is the second organization's. */
export const CABINETS = 100_000;
const CHUNK = 250_000;
const APART_MS = 5_000;
const DAY_MS = 24 * 3_600_000;
/** The last rentals, of which so many have not ended; those of one cell of each cabinet are overdue. */
const [HELD, OVERDUE_CELL] = [50_000, 5];
const RECORDS = 100_000;

/** A command in fifty is of one busy cabinet, `cab-1`. */
const NUMBER_OF_CABINET = sql`(case when n % 50 = 0 then 1 else n * 7919 % ${sql.lit(CABINETS)} end)`;
const CABINET = sql`'cab-' || ${NUMBER_OF_CABINET}`;
const ORGANIZATION = sql`case when ${NUMBER_OF_CABINET} % 10 = 9 then 'second' else 'main' end`;
const CELL = sql`n % 24 + 1`;

/** How much there is. */
export interface HistorySize {
  readonly commands: number;
  /** As many people, too. */
  readonly rentals: number;
}

/** Whether the database has such a history. */
export async function isFilled(place: DatabaseLocation): Promise<boolean> {
  await using db = await opened(place);
  return await db.selectFrom("cabinets").select("id").where("id", "=", "cab-1").executeTakeFirst() !==
    undefined;
}

/** Fills an up-to-date database with a history that ends now. */
export async function fillHistory(place: DatabaseLocation, size: HistorySize): Promise<void> {
  await using db = await opened(place);
  if (!place.url) await sql`pragma cache_size = -4000000`.execute(db);
  await fill(db, size);
  await sql.raw(place.url ? "vacuum analyze" : "analyze").execute(db);
}

/** Its statements may take longer than those of the service. */
async function opened(place: DatabaseLocation): Promise<Kysely<Schema>> {
  return new Kysely<Schema>({
    dialect: await dialectOf(place, { failed: () => {}, answerMs: DATABASE.migrateMs }),
  });
}

async function fill(db: Kysely<Schema>, { commands, rentals }: HistorySize): Promise<void> {
  const numbers = numbersOf(db);
  const at = sql`${sql.lit(Date.now() - commands * APART_MS)} + n * ${sql.lit(APART_MS)}`;
  await insertSecond(db);
  await insertCabinets(db, { cabinets: CABINETS, secondEvery: 10 });
  for (let n = 0; n < commands; n += CHUNK) {
    const rows = { numbers: numbers(n, Math.min(n + CHUNK, commands)), at, every: commands / rentals };
    await insertCommands(db, rows);
    await insertEvents(db, rows);
    await insertRentals(db, rows);
  }
  await insertPeople(db, { people: rentals, at });
  const few = { numbers: numbers(0, RECORDS), at: sql`${at} + ${sql.lit((commands - RECORDS) * APART_MS)}` };
  await insertAlarms(db, few);
  await insertActs(db, few);
  await insertPermits(db, few);
  await takeUp(db);
}

/** Which rows are inserted. */
interface Rows {
  readonly numbers: Numbers;
  /** Milliseconds since 1970 of the number `n`. */
  readonly at: RawBuilder<unknown>;
}

async function insertCommands(db: Kysely<Schema>, { numbers, at }: Rows): Promise<void> {
  await sql`insert into commands (organization, id, cabinet, cell, command, state, "by", requested_at, sent_at, finished_at)
    ${numbers} select ${ORGANIZATION}, ${idOf(db)}, ${CABINET}, ${CELL},
    case n % 5 when 0 then 'store' when 1 then 'retrieve' else 'open' end,
    case when n % 100000 = 0 then 'failed' else 'opened' end,
    'person:' || ${personAt(db)}, ${at}, ${at} + 5, ${at} + 300 from numbers`.execute(db);
}

async function insertEvents(db: Kysely<Schema>, { numbers, at }: Rows): Promise<void> {
  await sql`insert into events (organization, id, at, kind, cabinet, cell, person)
    ${numbers} select ${ORGANIZATION}, ${idOf(db)}, ${at},
    case when n % 10000 = 5 then 'overdue' when n % 5 = 0 then 'stored' when n % 5 = 1 then 'ended' else 'door-opened' end,
    ${CABINET}, ${CELL}, case when n % 5 < 2 then ${personAt(db)} end from numbers`.execute(db);
}

async function insertRentals(
  db: Kysely<Schema>,
  { numbers, at, every }: Rows & { readonly every: number },
): Promise<void> {
  await sql`insert into rentals (organization, id, cabinet, cell, person, state, since, ended_at, end_reason)
    ${numbers} select ${ORGANIZATION}, ${idOf(db)}, ${CABINET}, ${CELL}, ${personAt(db)}, 'ended', ${at},
    ${at} + 3600000, 'retrieved' from numbers where n % ${sql.lit(every)} = 0`.execute(db);
}

async function insertAlarms(db: Kysely<Schema>, { numbers, at }: Rows): Promise<void> {
  // None that the program ends by itself.
  const kind =
    sql`case n % 1000 when 0 then 'offline' when 2 then 'wrong-codes' else 'second-connection' end`;
  await sql`insert into alarms (organization, id, kind, cabinet, cell, subject, raised_at, ended_at)
    ${numbers} select ${ORGANIZATION}, ${idOf(db)}, ${kind}, ${CABINET}, ${CELL}, '', ${at},
    case when n % 100 <> 2 then ${at} + 1000 end from numbers`.execute(db);
}

async function insertActs(db: Kysely<Schema>, { numbers, at }: Rows): Promise<void> {
  const who = sql`case n % 50 when 0 then 'operator' else 'account:' || ${personAt(db)} end`;
  await sql`insert into acts (organization, id, at, who, act, cabinet, cell, address)
    ${numbers} select ${ORGANIZATION}, ${idOf(db)}, ${at}, ${who},
    case n % 1000 when 0 then 'clear' else 'open' end, ${CABINET}, ${CELL}, '192.0.2.1' from numbers`
    .execute(db);
}

async function insertPermits(db: Kysely<Schema>, { numbers, at }: Rows): Promise<void> {
  await sql`insert into permits (organization, id, cabinet, person, valid_from, created_at)
    ${numbers} select ${ORGANIZATION}, ${idOf(db)}, ${CABINET}, ${personAt(db)}, ${at}, ${at} from numbers`
    .execute(db);
}

/** The newest rentals have not ended. */
async function takeUp(db: Kysely<Schema>): Promise<void> {
  const newest = sql`(select id from rentals order by since desc, id desc limit ${sql.lit(HELD)})`;
  await sql`update rentals set state = 'held', ended_at = null, end_reason = null,
    overdue_at = case when cell = ${sql.lit(OVERDUE_CELL)} then since + ${sql.lit(DAY_MS)} end
    where id in ${newest}`.execute(db);
}
