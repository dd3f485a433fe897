import { deepEqual, equal } from "node:assert/strict";
import { type Insertable, Kysely } from "kysely";
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

/** More events than one step numbers; three have the same time. */
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

/** An event as the version before writes it, without a number. */
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
    // That version knows no organizations.
    await tables.insertInto("events").values(some as Insertable<Schema["events"]>[]).execute();
  }
}

async function inOrder(tables: Tables): Promise<(string | null)[]> {
  const rows = await tables.selectFrom("events").select(["seq", "detail"]).orderBy("seq").execute();
  equal(new Set(rows.map(({ seq }) => seq)).size, rows.length);
  equal(rows.every(({ seq }) => seq !== null), true);
  return rows.map(({ detail }) => detail);
}

testOnEach("events of the version before are numbered in their order, before all others", async (
  { place },
  stack,
) => {
  const before = await openBefore(place, stack);
  const events = Array.from({ length: MANY }, (_, index) => old(index));
  await insert(before, events.toReversed());
  equal((await migrateDatabase(place)).includes("0006_event_order"), true);
  const { tables } = stack.use(await openDatabase(place));
  // An event that the version before writes on Postgres while this one runs.
  await insert(before, [{ ...old(0), id: "new" }]);
  deepEqual(await inOrder(tables), [...events.map(({ detail }) => detail), "0"]);
  deepEqual(await migrateDatabase(place), []);
}, { isEmpty: true });

testOnPostgres("numbering old events is resumed after an interruption, also by two programs at once", async (
  { place },
  stack,
) => {
  const before = await openBefore(place, stack);
  const events = Array.from({ length: MANY }, (_, index) => old(index));
  await insert(before, events);
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
  await new Migrator({ db: before, provider }).migrateToLatest();
  // As if the program had been killed after the first events.
  const newest = events.slice(-5).toReversed();
  for (const [nth, { id = "" }] of newest.entries()) {
    await before.updateTable("events").set({ seq: -nth }).where("id", "=", id).execute();
  }
  await insert(before, [{ ...old(0), id: "new" }]);
  await Promise.all([migrateDatabase(place), migrateDatabase(place)]);
  deepEqual(await inOrder(before), [...events.map(({ detail }) => detail), "0"]);
}, { isEmpty: true });
