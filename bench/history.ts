/**
 * The cost of a long history: opening, storing and listing on an empty database, then with 5 million commands and
 * 1 million rentals in it. On SQLite, and on Postgres where `DATABASE_URL` names an empty database.
 *
 * @module
 */
import { Kysely, sql } from "kysely";
import { commandsPage } from "../src/db/journal/commands.ts";
import { type DatabaseLocation, dialectOf, openDatabase, type Schema } from "../src/db/mod.ts";
import type { OrganizationView } from "../src/db/organization_view.ts";
import { rentalsPage } from "../src/db/queries/rentals.ts";
import { DATABASE } from "../src/lib/limits.ts";
import { type Filling, fillLists, measureLists } from "./_history_lists.ts";
import { Bench, rates, say } from "./_rig.ts";

const COMMANDS = Number(Deno.args[0] ?? 5_000_000);
const RENTALS = COMMANDS / 5;
const CABINETS = 10_000;
const PEOPLE = 64;
const FOR_MS = 3_000;
const CHUNK = 250_000;
const SECOND_MS = 1_000;

const folder = await Deno.makeTempDir({ prefix: "kaigui-bench-" });
try {
  const url = Deno.env.get("DATABASE_URL");
  const places: [string, DatabaseLocation][] = [["SQLite", { folder }]];
  if (url) places.push(["Postgres", { folder, url }]);
  for (const [name, place] of places) {
    await measure(`${name}, empty`, place);
    const since = performance.now();
    await fill(place);
    say(`${name}: filled in ${Math.round((performance.now() - since) / SECOND_MS)} s`);
    const filled = `${name}, ${COMMANDS.toLocaleString("en")} commands`;
    await measure(filled, place);
    await using db = await openDatabase(place);
    await measureLists(db, filled);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function measure(name: string, place: DatabaseLocation): Promise<void> {
  await using bench = await Bench.open(place);
  await bench.furnish("open", PEOPLE);
  await bench.furnish("storage", PEOPLE);
  const staffReads = (read: (view: OrganizationView) => Promise<unknown>) =>
    rates(1, FOR_MS, async () => void await bench.db.view({ organization: "main" }, read));
  const cabinet = "open-1";
  const rows: [string, { perSecond: number; p50Ms: number }][] = [
    ["one person opens", await bench.opens(1, FOR_MS)],
    [`${PEOPLE} people open`, await bench.opens(PEOPLE, FOR_MS)],
    ["the same, random ids", await bench.opens(PEOPLE, FOR_MS, () => crypto.randomUUID())],
    [`${PEOPLE} people store and take`, await bench.stores(PEOPLE, FOR_MS)],
    ["commands, newest 50", await staffReads((view) => commandsPage(view, { limit: 50 }))],
    ["commands of a cabinet", await staffReads((view) => commandsPage(view, { cabinet, limit: 50 }))],
    ["rentals of a cabinet", await staffReads((view) => rentalsPage(view, { cabinet, limit: 50 }))],
    [
      "commands, a rare state",
      await staffReads((view) => commandsPage(view, { state: "failed", limit: 50 })),
    ],
  ];
  for (const [what, { perSecond, p50Ms }] of rows) {
    say(
      `${name.padEnd(30)} ${what.padEnd(26)} ${p50Ms.toFixed(2).padStart(8)} ms ${Math.round(perSecond)}/s`,
    );
  }
}

/** Inserts old commands and rentals, spread over cabinets, with random ids. */
async function fill(place: DatabaseLocation): Promise<void> {
  // The inserts take longer than a statement of the service may.
  const options = { failed: () => {}, answerMs: DATABASE.migrateMs };
  const db = new Kysely<Schema>({ dialect: await dialectOf(place, options) });
  const from = Date.now() - 365 * 24 * 3600 * SECOND_MS;
  const filling = fillingOf(place, from);
  for (let n = 0; n < COMMANDS; n += CHUNK) await fillChunk(db, filling, n);
  await fillLists(db, { ...filling, rentals: RENTALS });
  await sql`analyze`.execute(db);
  if (place.url) await sql`vacuum`.execute(db);
  await db.destroy();
}

function fillingOf(place: DatabaseLocation, from: number): Filling {
  const at = sql`${sql.lit(from)} + n * 5000`;
  if (place.url) {
    return {
      numbers: (first, last) =>
        sql`with numbers as (select generate_series(${first}::bigint, ${last - 1}::bigint) as n)`,
      id: sql`gen_random_uuid()::text`,
      at,
    };
  }
  return {
    numbers: (first, last) =>
      sql`with recursive numbers(n) as (select ${first} union all select n + 1 from numbers where n < ${
        last - 1
      })`,
    id:
      sql`lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8'
      || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`,
    at,
  };
}

async function fillChunk(
  db: Kysely<Schema>,
  { numbers: among, id, at }: Filling,
  first: number,
): Promise<void> {
  const numbers = among(first, first + CHUNK);
  const cabinet = sql`'open-' || (n * 7919 % ${sql.lit(CABINETS)})`;
  await sql`insert into commands (id, cabinet, cell, command, state, reason, "by", requested_at, sent_at, finished_at)
    ${numbers} select ${id}, ${cabinet}, n % 24 + 1, 'open', case when n % 100000 = 0 then 'failed' else 'opened' end,
    null, 'person:' || (n % 100000), ${at}, ${at} + 5, ${at} + 300 from numbers`.execute(db);
  await sql`insert into rentals (id, cabinet, cell, person, state, since, ended_at, end_reason)
    ${numbers} select ${id}, 'storage-' || (n * 7919 % ${sql.lit(CABINETS)}), n % 24 + 1, 'p' || (n % 100000),
    'ended', ${at}, ${at} + 3600000, 'retrieved' from numbers
    where n % ${sql.lit(COMMANDS / RENTALS)} = 0`.execute(db);
}
