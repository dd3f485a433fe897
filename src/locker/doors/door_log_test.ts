import { deepEqual, equal, match } from "node:assert/strict";
import { sql } from "kysely";
import { type TestDatabase, testOnEach, testOnSqlite } from "../../../testing/servers/databases.ts";
import { until } from "../../../testing/until.ts";
import { Epochs } from "../../db/journal/epochs.ts";
import { openDatabase, type Tables } from "../../db/mod.ts";
import { insertEvent } from "../../db/queries/records.ts";
import { DOOR, OPERATOR } from "../../lib/limits.ts";
import { DoorLog } from "./door_log.ts";
import { doorRig, shut } from "../../../testing/rigs/doors.ts";
import type { DoorMove } from "../../cabinet/doors.ts";

const LOG = "log1";
/** A statement of Postgres takes up to 5 s, then it is tried again. */
const SOON_MS = 15_000;

testOnEach("DoorLog stores what several programs tell at once only once", async (database, stack) => {
  const { log, another, events, door } = await doorRig(database, stack);
  const logs = [log, another(), another(), another()];
  const told = async (...doors: DoorMove["door"][]) => {
    for (const one of logs) {
      for (const door of doors) one.moved("cab", [3, 1, 2].map((cell) => ({ cell, door, at: Date.now() })));
    }
    await Promise.all(logs.map((one) => one.idle()));
  };
  await told("closed");
  deepEqual([await events(), (await door(2))?.door], [[], "closed"]);
  await told("open");
  equal((await events()).length, 3);
  await told("closed");
  equal((await events()).length, 6);
});

testOnEach("DoorLog tells all that one door did in its order", async (database, stack) => {
  const { log, events, door, moves } = await doorRig(database, stack);
  await moves(shut(1));
  log.moved("cab", [
    { cell: 1, door: "open", at: 1 },
    { cell: 1, door: "closed", at: 2 },
    { cell: 2, door: "closed", at: 2 },
    { cell: 77, door: "open", at: 2 },
    { cell: 2, door: "open", at: 3 },
  ]);
  log.moved("nobody", [{ cell: 1, door: "open", at: 1 }]);
  await log.idle();
  deepEqual((await events()).map(({ kind, cell }) => `${kind} ${cell}`), [
    "door-opened 1",
    "door-closed 1",
    "door-opened 2",
  ]);
  deepEqual([(await door(1))?.door, (await door(2))?.door], ["closed", "open"]);
});

testOnEach("DoorLog does not store once more what a command's end has written", async (database, stack) => {
  const { log, events, moves } = await doorRig(database, stack);
  await moves(shut(1), shut(2));
  const opens = (cell: number, command: string): DoorMove => ({ cell, door: "open", at: 2, command });
  log.moved("cab", [opens(1, "a")]);
  log.moved("cab", [opens(2, "b")]);
  log.openingWritten("a");
  log.openingWritten("c");
  await log.idle();
  deepEqual((await events()).map(({ kind, cell }) => `${kind} ${cell}`), ["door-opened 2"]);
  log.openingWritten("b");
  await moves({ cell: 2, door: "closed", at: 3 }, opens(2, "b"));
  equal((await events()).length, 3, "what comes after is another opening");
});

testOnEach("DoorLog stores each opening of a command but the one that its end has written", async (
  database,
  stack,
) => {
  const { log, events, moves } = await doorRig(database, stack);
  await moves(shut(1), shut(2), shut(3));
  const opens = (cell: number, command: string, at: number): DoorMove => ({
    cell,
    door: "open",
    at,
    command,
  });
  const closes = (cell: number, at: number): DoorMove => ({ cell, door: "closed", at });
  const told = async (...some: DoorMove[][]) => {
    const before = (await events()).length;
    for (const one of some) log.moved("cab", one);
    for (const command of ["a", "b", "c"]) log.openingWritten(command);
    await log.idle();
    return (await events()).slice(before).map(({ kind, cell }) => `${kind} ${cell}`);
  };
  // As the cell is shut as far as the database knows, a closing is none of its own.
  deepEqual(await told([opens(1, "a", 2), closes(1, 3), opens(1, "a", 4)]), ["door-opened 1"]);
  deepEqual(await told([opens(2, "b", 2)], [closes(2, 3), opens(2, "b", 4)]), ["door-opened 2"]);
  await moves(opens(3, "c", 2));
  deepEqual(await told([closes(3, 3), opens(3, "c", 4)]), ["door-closed 3", "door-opened 3"]);
});

testOnEach("DoorLog tells what a door did between two readings that are stored together", async (
  database,
  stack,
) => {
  const { log, events, moves } = await doorRig(database, stack);
  const reading = (at: number): DoorMove[] =>
    [1, 2].map((cell) => ({ cell, door: "open", at, how: "found" }));
  await moves(...reading(1));
  const before = (await events()).length;
  log.moved("cab", [{ cell: 1, door: "closed", at: 2 }]);
  log.moved("cab", reading(3));
  await log.idle();
  const told = (await events()).slice(before);
  deepEqual(told.map(({ kind, cell, detail }) => `${kind} ${cell} ${detail}`), [
    "door-closed 1 null",
    "door-opened 1 found",
  ]);
});

testOnEach("DoorLog takes no reading that a controller's event has overtaken", async (database, stack) => {
  const { log, events, raised, moves, door } = await doorRig(database, stack);
  await moves(shut(1));
  const at = Date.now();
  await log.heard("cab", LOG, [{ seq: 1, cell: 1, door: "open", at: at - 50 }]);
  log.moved("cab", [{ cell: 1, door: "open", at, how: "found" }]);
  await log.heard("cab", LOG, [{ seq: 2, cell: 1, door: "closed", at: at + 20 }]);
  await log.idle();
  deepEqual((await events()).map(({ kind }) => kind), ["door-opened", "door-closed"]);
  deepEqual([(await door(1))?.door, await raised()], ["closed", ["opened-without-command 1 over"]]);
});

testOnEach("DoorLog takes a reading of as many doors as a cabinet may have", async (database, stack) => {
  const { rig, log, events, raised } = await doorRig(database, stack);
  const all = Array.from({ length: OPERATOR.cellsMax }, (_, index) => index + 1);
  const cell = {
    organization: "main",
    board: 1,
    size: "M",
    state: "free",
    freed_at: 0,
    door: "closed",
    door_at: 1,
  } as const;
  const more = all.slice(3).map((n) => ({ ...cell, cabinet: "cab", cell: n, channel: n }));
  await rig.db.tables.insertInto("cells").values(more.map((row) => ({
    ...row,
    rental: null,
    last_rental: null,
    door_command: null,
  }))).execute();
  log.moved("cab", all.map((cell) => ({ cell, door: "open", at: 2 })));
  await log.idle();
  deepEqual([(await events()).length, (await raised()).length, rig.failures], [all.length, more.length, []]);
});

testOnEach(
  "DoorLog loses what the database refuses, and nothing that is stored with it",
  async (database, stack) => {
    const { rig, log, events, moves } = await doorRig(database, stack);
    await moves(shut(1), shut(2), shut(3));
    for (const [cell, at] of [[1, 2], [2, NaN], [3, 2]] as const) {
      log.moved("cab", [{
        cell,
        door: "open",
        at,
      }]);
    }
    log.intruded("cab", 2);
    await log.idle();
    deepEqual((await events()).map(({ kind, cell }) => `${kind} ${cell}`), [
      "door-opened 1",
      "door-opened 3",
    ]);
    match(rig.failures.join(), /Cannot keep 1 moves of doors/);
  },
);

testOnEach("DoorLog stores what a controller tells once for each number, and notes what is lost", async (
  database,
  stack,
) => {
  const { log, another, events, raised, opens, door } = await doorRig(database, stack);
  const { id } = await opens();
  const first = [
    { seq: 1, cell: 1, door: "open", at: 10, command: id },
    { seq: 2, cell: 1, door: "closed", at: 11 },
    { seq: 3, cell: 0, door: "open", at: 12 },
  ] as const;
  equal(await log.acknowledged("cab", LOG), 0);
  // An owner that is none any more tells the same.
  await Promise.all([log.heard("cab", LOG, first), another().heard("cab", LOG, first)]);
  equal(await log.acknowledged("cab", LOG), 3);
  await log.heard("cab", LOG, [{ seq: 6, cell: 2, door: "open", at: 13, command: id }, ...first]);
  deepEqual((await events()).map(({ kind, cell, command, detail }) => [kind, cell, command, detail]), [
    ["door-opened", 1, id, null],
    ["door-closed", 1, id, null],
    ["events-lost", 0, null, "2"],
    ["door-opened", 2, null, null],
  ], "a command of another cell is none of its");
  equal(await log.acknowledged("cab", "another"), 0);
  await log.heard("cab", "another", [{ seq: 1, cell: 2, door: "open", at: 20 }]);
  equal((await events()).length, 5, "it says that it moved, wherever it was");
  deepEqual([await log.acknowledged("cab", "another"), await log.acknowledged("cab", LOG)], [1, 0]);
  deepEqual([(await door(2))?.door_at, await raised()], [20, ["opened-without-command 2"]]);
  await log.heard("nobody", LOG, first);
  equal(await log.acknowledged("nobody", LOG), 0);
});

testOnEach("DoorLog raises an alarm when another device claims a cabinet, and puts the end off", async (
  database,
  stack,
) => {
  const { rig, log, raised } = await doorRig(database, stack);
  const now = Date.now();
  for (const at of [now, now + 60_000]) {
    log.intruded("cab", at);
    await log.idle();
  }
  rig.later = DOOR.passingMs + 30_000;
  await rig.due();
  deepEqual(await raised(), ["second-connection 0"]);
  rig.later = DOOR.passingMs + 90_000;
  await rig.due();
  deepEqual(await raised(), ["second-connection 0 over"]);
  log.intruded("cab", now + rig.later);
  await log.idle();
  deepEqual(await raised(), ["second-connection 0 over", "second-connection 0"]);
});

testOnEach(
  "DoorLog raises one alarm for a flood of unknown devices, and adds up how many they were",
  async (
    database,
    stack,
  ) => {
    const { rig, log, raised } = await doorRig(database, stack);
    const now = Date.now();
    for (
      const [count, at] of [[1, now], [2_000_000_000, now + 10_000], [3_000_000_000, now + 20_000]] as const
    ) {
      log.flooded(count, at);
      await log.idle();
    }
    const rows = await rig.db.tables.selectFrom("alarms").selectAll().execute();
    deepEqual(
      rows.map(({ kind, cabinet, cell, count, until }) => ({ kind, cabinet, cell, count, until })),
      [{
        kind: "unknown-registrations",
        cabinet: "",
        cell: 0,
        count: 5_000_000_001,
        until: now + 20_000 + DOOR.passingMs,
      }],
    );
    log.intruded("cab", now);
    await log.idle();
    rig.later = DOOR.passingMs + 60_000;
    await rig.due();
    deepEqual((await raised()).toSorted(), ["second-connection 0 over", "unknown-registrations 0 over"]);
  },
);

testOnEach("DoorLog keeps moves while the database is away, and their order", async (database, stack) => {
  const { rig, log, another, events, door, moves } = await doorRig(database, stack);
  await moves(shut(1), shut(2));
  const epochs = new Epochs(rig.db);
  const epoch = await epochs.next("cab");
  const away = await takenAway(database, stack);
  const [first, second] = [Date.now(), Date.now() + 1];
  log.moved("cab", [{ cell: 1, door: "open", at: first, epoch, count: 1 }]);
  log.moved("cab", [{ cell: 1, door: "closed", at: second, epoch, count: 2 }]);
  log.moved("cab", [{ cell: 2, door: "open", at: first, epoch, count: 3 }]);
  log.intruded("cab", first);
  await until(() => rig.failures.length > 0, { deadlineMs: SOON_MS });
  await away.ends();
  // The newer owner has seen more of the second door.
  const newer = another();
  const next = await epochs.next("cab");
  newer.moved("cab", [{ cell: 2, door: "open", at: first, epoch: next, count: 1 }]);
  newer.moved("cab", [{ cell: 2, door: "closed", at: Date.now(), epoch: next, count: 2 }]);
  await newer.idle();
  await until(async () => (await events()).length >= 4, { deadlineMs: SOON_MS });
  await log.idle();
  const ofOne = (await events()).filter(({ cell }) => cell === 1);
  deepEqual(ofOne.map(({ kind }) => kind), ["door-opened", "door-closed"]);
  deepEqual([(await door(1))?.door, (await door(2))?.door], ["closed", "closed"]);
  const alarm = await rig.db.tables.selectFrom("alarms").select("cell").where(
    "kind",
    "=",
    "second-connection",
  )
    .executeTakeFirst();
  equal(alarm?.cell, 0);
});

testOnSqlite("DoorLog keeps moves while the disk is full, and their order", async (database, stack) => {
  const { rig, log, events, moves } = await doorRig(database, stack);
  await moves(shut(1));
  const { tables } = rig.db;
  const { rows: [size] } = await sql<{ page_count: number }>`pragma page_count`.execute(tables);
  await sql`pragma max_page_count = ${sql.lit(size?.page_count ?? 1)}`.execute(tables);
  const others = await fillWithEvents(tables);
  log.moved("cab", [{ cell: 1, door: "open", at: 2 }]);
  await until(() => rig.failures.length > 0, { deadlineMs: SOON_MS });
  log.moved("cab", [{ cell: 1, door: "closed", at: 3 }]);
  await sql`pragma max_page_count = 1000000`.execute(tables);
  await log.idle();
  match(rig.failures.join(), /^Error: database or disk is full$/);
  deepEqual((await events()).slice(others).map(({ kind }) => kind), ["door-opened", "door-closed"]);
});

testOnEach("DoorLog gives up the oldest moves past its limit, and says how many", async (database, stack) => {
  const { rig, events, moves } = await doorRig(database, stack);
  await moves(shut(1), shut(2));
  const failed = (error: unknown) => void rig.failures.push(error);
  const log = stack.use(new DoorLog(rig.db, { failed, waitingMax: DOOR.batchMax + 7 }));
  const away = await takenAway(database, stack);
  const many = (cell: number, count: number): DoorMove[] =>
    Array(count).fill({ cell, door: "open", at: Date.now() });
  log.moved("cab", many(2, 8));
  log.moved("cab", many(1, DOOR.batchMax));
  await until(() => rig.failures.length > 1, { deadlineMs: SOON_MS });
  match(rig.failures.join(), /Cannot keep 8 moves of doors/);
  await away.ends();
  await log.idle();
  deepEqual((await events()).map(({ kind, cell }) => `${kind} ${cell}`), ["door-opened 1"]);
});

testOnEach("DoorLog does not wait at the end for a database that is away, and says what it lost", async (
  database,
  stack,
) => {
  const { rig, log, events, moves } = await doorRig(database, stack);
  await moves(shut(1));
  const away = await takenAway(database, stack);
  log.moved("cab", [{ cell: 1, door: "open", at: Date.now() }]);
  await log[Symbol.asyncDispose]();
  match(rig.failures.join(), /Cannot keep 1 moves of doors/);
  await away.ends();
  deepEqual(await events(), []);
});

/** From now on nothing can be written about cells. */
async function takenAway({ place }: TestDatabase, stack: AsyncDisposableStack) {
  const other = stack.use(await openDatabase(place));
  const trx = await other.tables.startTransaction().execute();
  await sql`update cells set size = size`.execute(trx);
  return { ends: () => trx.rollback().execute() };
}

/** Fills the pages that there are, as far as an event like these fits; returns how many there are. */
async function fillWithEvents(tables: Tables): Promise<number> {
  const event = { at: 1, kind: "door-closed", cabinet: "cab", cell: 1, person: null, rental: null } as const;
  for (let count = 0;; count++) {
    try {
      await insertEvent(tables, { ...event, detail: null, command: null });
    } catch {
      return count;
    }
  }
}
