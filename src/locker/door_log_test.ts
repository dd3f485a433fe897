import { deepEqual, equal } from "node:assert/strict";
import { type TestDatabase, testOnEach } from "../../tests/databases.ts";
import { until } from "../../tests/harness.ts";
import { DOOR } from "../limits.ts";
import { ANNE, Rig } from "./_rig.ts";
import { DoorAlarms } from "./door_alarms.ts";
import { DoorLog } from "./door_log.ts";

const LOG = "log1";

/** The domain over a real database, what keeps its doors, and what was kept. */
async function rigOf({ place }: TestDatabase, stack: AsyncDisposableStack) {
  const rig = stack.use(await Rig.open(place, { mode: "open" }));
  const wallClock = () => Date.now() + rig.later;
  const log = new DoorLog(rig.db, { wallClock, failed: (error) => void rig.failures.push(error) });
  const alarms = new DoorAlarms(rig.db, { router: rig.router, wallClock });
  const { tables } = rig.db;
  await tables.updateTable("cabinets").set({ left_open_ms: 300_000, offline_ms: 60_000 }).execute();
  const events = async () => {
    const rows = await tables.selectFrom("events").selectAll().orderBy("at").orderBy("cell").execute();
    return rows.map(({ kind, cell, command, detail }) => ({ kind, cell, command, detail }));
  };
  /** Alarms by kind and cell, and whether they are over. */
  const raised = async () => {
    const rows = await tables.selectFrom("alarms").selectAll().orderBy("raised_at").orderBy("kind").execute();
    return rows.map(({ kind, cell, ended_at }) => `${kind} ${cell}${ended_at === null ? "" : " over"}`);
  };
  /** Doors move, and that is stored. */
  const moves = async (...some: (Parameters<DoorLog["moved"]>[1][number])[]) => {
    for (const move of some) log.moved("cab", [move]);
    await log[Symbol.asyncDispose]();
  };
  return { rig, log, alarms, events, raised, moves };
}

testOnEach("DoorLog stores each move once, with the command that it came of", async (database, stack) => {
  const { rig, log, events, raised, moves } = await rigOf(database, stack);
  const { id } = await openBy(rig);
  await moves({ cell: 1, door: "closed", at: 1, how: "found" });
  deepEqual(await events(), [], "where doors are shut at first is no news");
  await moves({ cell: 1, door: "open", at: 10, command: id }, { cell: 1, door: "open", at: 11, command: id });
  // Another connection, or another program, tells the same.
  await new DoorLog(rig.db, { wallClock: Date.now, failed: () => {} }).heard("cab", "x", []);
  log.moved("cab", [{ cell: 1, door: "open", at: 12, how: "found" }]);
  await moves({ cell: 1, door: "closed", at: 20 }, { cell: 1, door: "closed", at: 21 });
  deepEqual(await events(), [
    { kind: "door-opened", cell: 1, command: id, detail: null },
    { kind: "door-closed", cell: 1, command: id, detail: null },
  ]);
  deepEqual(await raised(), []);
  const [{ person } = { person: null }] = await rig.db.tables.selectFrom("events").selectAll().execute();
  equal(person, ANNE);
});

testOnEach(
  "DoorLog raises an alarm once for a door that no command opened, and ends it with the door",
  async (
    database,
    stack,
  ) => {
    const { events, raised, moves } = await rigOf(database, stack);
    await moves({ cell: 2, door: "open", at: 5, how: "found" });
    deepEqual(await raised(), [], "nobody knows how it was before");
    await moves({ cell: 2, door: "closed", at: 6 }, { cell: 2, door: "open", at: 7, how: "raw" });
    deepEqual(await raised(), [], "the operator did it");
    await moves({ cell: 2, door: "closed", at: 8 }, { cell: 2, door: "open", at: 9 });
    deepEqual(await raised(), ["opened-without-command 2"]);
    await moves({ cell: 2, door: "open", at: 10, how: "found" }, { cell: 2, door: "closed", at: 11 });
    deepEqual(await raised(), ["opened-without-command 2 over"]);
    equal((await events()).length, 6);
  },
);

testOnEach("DoorLog settles a command in doubt whose door is found open", async (database, stack) => {
  const { rig, events, raised, moves } = await rigOf(database, stack);
  rig.evidence = () => ({ state: "unconfirmed", reason: "link-lost" });
  await moves({ cell: 3, door: "closed", at: 1, how: "found" });
  const { id, state } = await openBy(rig, 3);
  equal(state, "unconfirmed");
  await moves({ cell: 3, door: "open", at: Date.now(), how: "found" });
  equal((await rig.journal.find(id))?.state, "opened");
  deepEqual([(await events())[0]?.command, await raised()], [id, []]);
});

testOnEach("DoorLog stores what a controller tells once for each number, and notes what is lost", async (
  database,
  stack,
) => {
  const { rig, log, events, raised } = await rigOf(database, stack);
  const { id } = await openBy(rig);
  const first = [
    { seq: 1, cell: 1, door: "open", at: 10, command: id },
    { seq: 2, cell: 1, door: "closed", at: 11 },
    { seq: 3, cell: 0, door: "open", at: 12 },
  ] as const;
  equal(await log.acknowledged("cab", LOG), 0);
  await log.heard("cab", LOG, first);
  await log.heard("cab", LOG, first);
  equal(await log.acknowledged("cab", LOG), 3);
  await log.heard("cab", LOG, [{ seq: 6, cell: 2, door: "open", at: 13, command: id }, ...first]);
  deepEqual(
    await events(),
    [
      { kind: "door-opened", cell: 1, command: id, detail: null },
      { kind: "door-closed", cell: 1, command: id, detail: null },
      { kind: "events-lost", cell: 0, command: null, detail: "2" },
      { kind: "door-opened", cell: 2, command: null, detail: null },
    ].toSorted((a, b) => Number(a.cell === 2) - Number(b.cell === 2)),
    "a command of another cell is none of its",
  );
  equal(await log.acknowledged("cab", "another"), 0);
  await log.heard("cab", "another", [{ seq: 1, cell: 2, door: "closed", at: 20 }]);
  deepEqual([await log.acknowledged("cab", "another"), await log.acknowledged("cab", LOG)], [1, 0]);
  deepEqual(await raised(), []);
});

testOnEach("alarms tell of doors that stand open for too long, once, until they are shut", async (
  database,
  stack,
) => {
  const { rig, alarms, raised, moves } = await rigOf(database, stack);
  await moves({ cell: 1, door: "open", at: Date.now(), how: "found" });
  await alarms.look();
  deepEqual(await raised(), []);
  rig.later = 400_000;
  await Promise.all([alarms.look(), alarms.look()]);
  await alarms.look();
  deepEqual(await raised(), ["left-open 1"]);
  await moves({ cell: 1, door: "closed", at: Date.now() + rig.later });
  await alarms.look();
  deepEqual(await raised(), ["left-open 1 over"]);
});

testOnEach(
  "alarms tell of a cabinet that is away, and not of one that somebody has",
  async (database, stack) => {
    const { rig, alarms, raised } = await rigOf(database, stack);
    const { tables } = rig.db;
    const away = (since: number | null, seen: number) =>
      tables.updateTable("cabinets").set({ offline_since: since, last_seen_at: seen }).execute();
    await away(Date.now() - 100_000, Date.now() - 100_000);
    await alarms.look();
    deepEqual(await raised(), [], "the router knows who has it");
    equal(
      (await tables.selectFrom("cabinets").select("offline_since").executeTakeFirst())?.offline_since,
      null,
    );
    rig.gone();
    await away(null, Date.now() - DOOR.surelySeenMs - 1_000);
    await alarms.look();
    deepEqual(await raised(), [], "it has just been missed");
    rig.later = 100_000;
    await alarms.look();
    await alarms.look();
    deepEqual(await raised(), ["offline 0"]);
  },
);

testOnEach(
  "DoorLog tells of whoever wants a cabinet's place, and puts the end off",
  async (database, stack) => {
    const { rig, log, raised } = await rigOf(database, stack);
    for (const at of [1_000, 2_000]) {
      log.intruded("cab", at);
      await log[Symbol.asyncDispose]();
    }
    deepEqual(await raised(), ["second-connection 0"]);
    const row = await rig.db.tables.selectFrom("alarms").selectAll().executeTakeFirst();
    equal(row?.until, 2_000 + DOOR.intrusionMs);
  },
);

testOnEach("a lock that did not open is an alarm until its door is seen open", async (database, stack) => {
  const { rig, raised, moves } = await rigOf(database, stack);
  rig.evidence = () => ({ state: "failed", reason: "did-not-open" });
  await moves({ cell: 1, door: "closed", at: 1, how: "found" });
  await openBy(rig);
  await openBy(rig);
  deepEqual(await raised(), ["did-not-open 1"]);
  rig.evidence = () => ({ state: "opened" });
  const { id } = await openBy(rig);
  await moves({ cell: 1, door: "open", at: 30, command: id });
  deepEqual(await raised(), ["did-not-open 1 over"]);
});

testOnEach(
  "a cell on another lock forgets its door, and a removed cabinet its alarms",
  async (database, stack) => {
    const { rig, raised, moves } = await rigOf(database, stack);
    await moves({ cell: 2, door: "closed", at: 1, how: "found" }, { cell: 2, door: "open", at: 2 });
    deepEqual(await raised(), ["opened-without-command 2"]);
    const cabinet = await rig.cabinet();
    const put = (channel: number) =>
      rig.cabinets.put({
        ...cabinet,
        secret: undefined,
        cells: cabinet.cells.map((cell) => cell.cell === 2 ? { ...cell, channel } : cell),
      });
    await put(2);
    deepEqual(await raised(), ["opened-without-command 2"], "it is the same lock");
    await put(9);
    deepEqual(await raised(), ["opened-without-command 2 over"]);
    await moves({ cell: 2, door: "open", at: 3 });
    deepEqual(await raised(), ["opened-without-command 2 over"], "how its door was nobody knows");
  },
);

testOnEach("DoorLog keeps moves while the database is away", async ({ place }, stack) => {
  const { rig, events } = await rigOf({ place } as TestDatabase, stack);
  let isAway = true;
  const failures: unknown[] = [];
  const { writer } = rig.db;
  const db = {
    ...rig.db,
    tables: rig.db.tables,
    writer: {
      ...writer,
      transaction: <T>(work: Parameters<typeof writer.transaction<T>>[0]) =>
        isAway ? Promise.reject(new Error("away")) : writer.transaction(work),
    },
  } as typeof rig.db;
  const log = new DoorLog(db, { wallClock: Date.now, failed: (error) => void failures.push(error) });
  log.moved("cab", [{ cell: 1, door: "open", at: 1 }]);
  log.moved("cab", [{ cell: 1, door: "closed", at: 2 }]);
  await until(() => failures.length > 0);
  isAway = false;
  await log[Symbol.asyncDispose]();
  deepEqual((await events()).map(({ kind }) => kind), ["door-opened", "door-closed"]);
});

/** Anne opens a cell. */
async function openBy(rig: Rig, cell = 1) {
  const id = crypto.randomUUID();
  const tap = { id, cabinet: await rig.cabinet(), cell, command: "open", by: `person:${ANNE}` } as const;
  return { ...await rig.commands.run(tap), id };
}
