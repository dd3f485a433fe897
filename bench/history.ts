/**
 * The cost of a long history: opening and storing on an empty database, then with 100,000 cabinets, 5 million commands and
 * 1 million rentals in it, and each list of the API over HTTP, filtered, sorted and searched. On SQLite, and on Postgres
 * where `DATABASE_URL` names an empty database.
 *
 * Arguments: commands (5000000), and a folder to keep the database in: a database that is filled already is not filled again.
 *
 * @module
 */
import { type DatabaseLocation, migrateDatabase } from "../src/db/mod.ts";
import { Program } from "../testing/program.ts";
import { measureLists } from "./_history_lists.ts";
import { fillHistory, isFilled } from "./_history_rows.ts";
import { Bench, say } from "./_rig.ts";

const COMMANDS = Number(Deno.args[0] ?? 5_000_000);
const KEPT = Deno.args[1];
const SIZE = { commands: COMMANDS, rentals: COMMANDS / 5 };
const PEOPLE = 64;
const FOR_MS = 3_000;
const SECOND_MS = 1_000;

const folder = KEPT ?? await Deno.makeTempDir({ prefix: "kaigui-bench-" });
try {
  const url = Deno.env.get("DATABASE_URL");
  // Programs of the bench have the environment of the bench, and SQLite's comes first.
  Deno.env.delete("DATABASE_URL");
  const places: [string, DatabaseLocation][] = [["SQLite", { folder }]];
  if (url) places.push(["Postgres", { folder, url }]);
  for (const [name, place] of places) await measure(name, place);
} finally {
  if (KEPT === undefined) await Deno.remove(folder, { recursive: true });
}

async function measure(name: string, place: DatabaseLocation): Promise<void> {
  await migrateDatabase(place);
  if (!await isFilled(place)) {
    await measureTaps(`${name}, empty`, place);
    const since = performance.now();
    await fillHistory(place, SIZE);
    say(`${name}: filled in ${Math.round((performance.now() - since) / SECOND_MS)} s`);
  }
  await measureTaps(`${name}, filled`, place);
  const env: Record<string, string> = place.url
    ? { DATABASE_URL: place.url, SESSION_SECRET: "session-secret-of-the-bench" }
    : {};
  await using program = await Program.start(folder, env, { stderr: "null" });
  await measureLists(program, name);
}

async function measureTaps(name: string, place: DatabaseLocation): Promise<void> {
  await using bench = await Bench.open(place);
  await bench.furnish("open", PEOPLE);
  await bench.furnish("storage", PEOPLE);
  const taps = {
    "one person opens": () => bench.opens(1, FOR_MS),
    [`${PEOPLE} people open`]: () => bench.opens(PEOPLE, FOR_MS),
    "the same, random ids": () => bench.opens(PEOPLE, FOR_MS, () => crypto.randomUUID()),
    [`${PEOPLE} people store and take`]: () => bench.stores(PEOPLE, FOR_MS),
  };
  for (const [what, measured] of Object.entries(taps)) {
    const { perSecond, p50Ms } = await measured();
    say(
      `${name.padEnd(18)} ${what.padEnd(26)} ${p50Ms.toFixed(2).padStart(8)} ms ${Math.round(perSecond)}/s`,
    );
  }
}
