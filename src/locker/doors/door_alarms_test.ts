import { deepEqual, equal } from "node:assert/strict";
import { type TestDatabase, testOnEach } from "../../../testing/servers/databases.ts";
import { touchCabinets } from "../../db/queries/cabinets.ts";
import { DOOR } from "../../lib/limits.ts";
import { NotAskedError } from "../../router/mod.ts";
import { Rig } from "../../../testing/rigs/locker.ts";
import { DoorAlarms } from "./door_alarms.ts";
import { DoorLog } from "./door_log.ts";

const LEFT_OPEN_MS = 300_000;
const OFFLINE_MS = 60_000;

/** A cabinet with alarms, and two programs that look for what is due at the same time. */
async function rigOf({ place }: TestDatabase, stack: AsyncDisposableStack) {
  const rig = stack.use(await Rig.open(place, { mode: "open" }));
  const { tables, writer } = rig.db;
  const wallClock = () => Date.now() + rig.later;
  const started = () => new DoorAlarms(rig.db, { router: rig.router, wallClock });
  const both = [started(), started()];
  const log = new DoorLog(rig.db, { failed: (error) => void rig.failures.push(error) });
  await tables.updateTable("cabinets")
    .set({ registration: "aa", left_open_ms: LEFT_OPEN_MS, offline_ms: OFFLINE_MS }).execute();
  return {
    rig,
    tables,
    started,
    look: () => Promise.all(both.map((alarms) => alarms.look())),
    /** Alarms by kind and cell, and whether they are over. */
    async raised() {
      const rows = await tables.selectFrom("alarms").selectAll().orderBy("raised_at").orderBy("cell")
        .execute();
      return rows.map(({ kind, cell, ended_at }) => `${kind} ${cell}${ended_at === null ? "" : " over"}`);
    },
    async moves(cell: number, door: "open" | "closed") {
      log.moved("cab", [{ cell, door, at: wallClock() }]);
      await log.idle();
    },
    touch: (online: boolean, at = wallClock()) =>
      writer.transaction((trx) => touchCabinets(trx, ["cab"], { at, online })),
    away: async () =>
      (await tables.selectFrom("cabinets").select("offline_since").executeTakeFirst())?.offline_since,
  };
}

testOnEach("DoorAlarms tells of each door that stands open for too long, once, until it is shut", async (
  database,
  stack,
) => {
  const { rig, look, raised, moves } = await rigOf(database, stack);
  await moves(1, "open");
  rig.later = LEFT_OPEN_MS / 2;
  await moves(2, "open");
  await look();
  deepEqual(await raised(), []);
  rig.later = LEFT_OPEN_MS;
  await look();
  deepEqual(await raised(), ["left-open 1"]);
  rig.later = 2 * LEFT_OPEN_MS;
  await look();
  deepEqual(await raised(), ["left-open 1", "left-open 2"]);
  await moves(1, "closed");
  await moves(1, "open");
  await look();
  deepEqual((await raised()).filter((one) => one.startsWith("left-open")), [
    "left-open 1 over",
    "left-open 2",
  ]);
});

testOnEach("DoorAlarms leaves doors alone that may stand open for ever", async (database, stack) => {
  const { rig, tables, look, raised, moves } = await rigOf(database, stack);
  await tables.updateTable("cabinets").set({ left_open_ms: null, offline_ms: null, offline_since: 1 })
    .execute();
  rig.gone();
  await moves(1, "open");
  rig.later = 365 * 24 * 3_600_000;
  await look();
  deepEqual(await raised(), []);
});

testOnEach("DoorAlarms tells of a cabinet that is away for too long, once, until it connects", async (
  database,
  stack,
) => {
  const { rig, look, raised, touch } = await rigOf(database, stack);
  rig.gone();
  await look();
  deepEqual(await raised(), [], "it never connected");
  await touch(true);
  await touch(false);
  rig.later = OFFLINE_MS - 5_000;
  await look();
  deepEqual(await raised(), []);
  rig.later = OFFLINE_MS + 1_000;
  await look();
  await look();
  deepEqual(await raised(), ["offline 0"]);
  // Told to the second, so it seems to be before.
  await touch(true, Date.now() + rig.later - 2_000);
  deepEqual(await raised(), ["offline 0 over"]);
  await look();
  deepEqual(await raised(), ["offline 0 over"]);
});

testOnEach("DoorAlarms gives cabinets time to come back when it starts", async (database, stack) => {
  const { rig, started, raised, touch } = await rigOf(database, stack);
  rig.gone();
  await touch(false);
  rig.later = 10 * OFFLINE_MS;
  const alarms = started();
  await alarms.look();
  deepEqual(await raised(), []);
  rig.later += OFFLINE_MS;
  await alarms.look();
  deepEqual(await raised(), ["offline 0"]);
});

testOnEach("DoorAlarms asks who has a cabinet before it says that it is away", async (database, stack) => {
  const { rig, look, raised, touch, away } = await rigOf(database, stack);
  await touch(false);
  rig.later = 2 * OFFLINE_MS;
  rig.router.broken = new NotAskedError("nobody was asked");
  await look();
  deepEqual(await raised(), [], "its owner may be busy");
  rig.router.broken = undefined;
  await look();
  deepEqual([await raised(), await away()], [[], null]);
});

testOnEach("DoorAlarms finds cabinets that a dead program had", async (database, stack) => {
  const { rig, tables, look, raised, touch, away } = await rigOf(database, stack);
  const online = async () =>
    (await tables.selectFrom("cabinets").select("online").executeTakeFirstOrThrow()).online;
  await touch(true);
  equal(await online(), 0, "as the version before leaves it");
  rig.later = DOOR.surelySeenMs + 5_000;
  await look();
  deepEqual([await away(), await online()], [null, 1], "somebody has it");
  rig.gone();
  await look();
  deepEqual([typeof await away(), await online()], ["number", 0]);
  deepEqual(await raised(), [], "it has just been missed");
  rig.later += OFFLINE_MS;
  await look();
  deepEqual(await raised(), ["offline 0"]);
  await touch(false, 1_000);
  await touch(true);
  deepEqual([await raised(), await away()], [["offline 0 over"], null]);
  await touch(false, 1_000);
  equal(await away(), null, "it left before it came back");
});

testOnEach("DoorAlarms goes through all cabinets, some at a time", async (database, stack) => {
  const { rig, tables, started } = await rigOf(database, stack);
  const row = await tables.selectFrom("cabinets").selectAll().executeTakeFirstOrThrow();
  const count = 2 * DOOR.cabinetsStepMax + 1;
  const rows = Array.from(
    { length: count },
    (_, n) => ({ ...row, id: `away-${1_000 + n}`, registration: `${1_000 + n}`, last_seen_at: 1 }),
  );
  for (let from = 0; from < count; from += 100) {
    await tables.insertInto("cabinets").values(rows.slice(from, from + 100)).execute();
  }
  const alarms = started();
  const missed = async () =>
    Number(
      (await tables.selectFrom("cabinets").select(({ fn }) => fn.countAll().as("n"))
        .where("offline_since", "is not", null).executeTakeFirstOrThrow()).n,
    );
  for (const sofar of [DOOR.cabinetsStepMax, 2 * DOOR.cabinetsStepMax, count, count]) {
    await alarms.look();
    equal(await missed(), sofar);
  }
  equal(rig.failures.length, 0);
});
