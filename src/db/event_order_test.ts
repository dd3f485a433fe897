import { deepEqual, equal } from "node:assert/strict";
import { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import { migrations } from "../../migrations/mod.ts";
import { testOnEach, testOnPostgres } from "../../testing/servers/databases.ts";
import { DATABASE } from "../lib/limits.ts";
import {
  type DatabaseLocation,
  dialectOf,
  migrateDatabase,
  openDatabase,
  type Schema,
  type Tables,
} from "./mod.ts";
import type { NewEvent } from "./queries/records.ts";

/** More than one step, at three a moment. */
const MANY = DATABASE.numberingMax * 2 + 10;
const BATCH = 1_000;

/** A database as the version before left it. */
async function openBefore(place: DatabaseLocation, stack: AsyncDisposableStack): Promise<Tables> {
  const tables = new Kysely<Schema>({ dialect: await dialectOf(place, { failed: () => {} }) });
  stack.defer(() => tables.destroy());
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
  const { error } = await new Migrator({ db: tables, provider }).migrateTo("0005_boards");
  equal(error, undefined);
  return tables;
}

/** An event of the version before, which knows nothing of numbers. */
function old(index: number): NewEvent {
  const id = `00000000-0000-4000-8000-${String(index % 3).padStart(12, "0")}${index}`;
  const about = {
    kind: "stored",
    cabinet: "cab",
    cell: 1,
    person: null,
    rental: null,
    detail: `${index}`,
  } as const;
  return { id, at: Math.floor(index / 3), ...about, command: null };
}

async function insert(tables: Tables, events: readonly NewEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += BATCH) {
    const some = events.slice(from, from + BATCH).map((event) => ({ ...event, id: event.id ?? "" }));
    await tables.insertInto("events").values(some).execute();
  }
}

async function inOrder(tables: Tables): Promise<(string | null)[]> {
  const rows = await tables.selectFrom("events").select(["seq", "detail"]).orderBy("seq").execute();
  equal(new Set(rows.map(({ seq }) => seq)).size, rows.length);
  equal(rows.every(({ seq }) => seq !== null), true);
  return rows.map(({ detail }) => detail);
}

testOnEach("events from before there were numbers are numbered in their order, before all others", async (
  { place },
  stack,
) => {
  const before = await openBefore(place, stack);
  const events = Array.from({ length: MANY }, (_, index) => old(index));
  await insert(before, events.toReversed());
  equal((await migrateDatabase(place)).includes("0006_event_order"), true);
  const { tables } = stack.use(await openDatabase(place));
  // What a version writes that knows nothing of numbers, on Postgres beside this one.
  await insert(before, [{ ...old(0), id: "new" }]);
  deepEqual(await inOrder(tables), [...events.map(({ detail }) => detail), "0"]);
  deepEqual(await migrateDatabase(place), []);
});

testOnPostgres("numbering old events goes on where it was interrupted, though two do so at once", async (
  { place },
  stack,
) => {
  const before = await openBefore(place, stack);
  const events = Array.from({ length: MANY }, (_, index) => old(index));
  await insert(before, events);
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
  await new Migrator({ db: before, provider }).migrateToLatest();
  // As if the program had been killed after the first few.
  const newest = events.slice(-5).toReversed();
  for (const [nth, { id = "" }] of newest.entries()) {
    await before.updateTable("events").set({ seq: -nth }).where("id", "=", id).execute();
  }
  await insert(before, [{ ...old(0), id: "new" }]);
  await Promise.all([migrateDatabase(place), migrateDatabase(place)]);
  deepEqual(await inOrder(before), [...events.map(({ detail }) => detail), "0"]);
});
