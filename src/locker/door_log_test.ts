import { deepEqual, equal, match, ok } from "node:assert/strict";
import { sql } from "kysely";
import { type TestDatabase, testOnEach } from "../../tests/databases.ts";
import { until } from "../../tests/harness.ts";
import { Epochs } from "../db/epochs.ts";
import { openDatabase } from "../db/mod.ts";
import { COMMAND, DOOR, OPERATOR } from "../limits.ts";
import { ANNE, Rig } from "./_rig.ts";
import { DoorLog } from "./door_log.ts";
import type { Move } from "./door_moves.ts";
import type { Step } from "./taps.ts";

const LOG = "log1";
/** A statement of Postgres takes up to 5 s, then it is tried again. */
const SOON_MS = 15_000;

const shut = (cell: number, at = 1): Move => ({ cell, door: "closed", at, how: "found" });

/** The domain over a real database, what keeps its doors, and what was kept. */
async function rigOf({ place }: TestDatabase, stack: AsyncDisposableStack) {
  const rig = stack.use(await Rig.open(place, { mode: "open" }));
  const wallClock = () => Date.now() + rig.later;
  const another = () => new DoorLog(rig.db, { wallClock, failed: (error) => void rig.failures.push(error) });
  const log = another();
  const { tables } = rig.db;
  const events = async () => {
    const rows = await tables.selectFrom("events").selectAll().orderBy("at").orderBy("cell").execute();
    return rows.map(({ kind, cell, command, detail }) => ({ kind, cell, command, detail }));
  };
  /** Alarms by kind and cell, and whether they are over. */
  const raised = async () => {
    const rows = await tables.selectFrom("alarms").selectAll().orderBy("raised_at").orderBy("kind").execute();
    ok(rows.every(({ raised_at, ended_at }) => ended_at === null || ended_at >= raised_at));
    return rows.map(({ kind, cell, ended_at }) => `${kind} ${cell}${ended_at === null ? "" : " over"}`);
  };
  /** Doors move, one after the other, and that is stored. */
  const moves = async (...some: Move[]) => {
    for (const move of some) log.moved("cab", [move]);
    await log.idle();
  };
  const door = (cell: number) =>
    tables.selectFrom("cells").select(["door", "door_at", "door_command"]).where("cell", "=", cell)
      .executeTakeFirst();
  /** Anne opens a cell. */
  const opens = async (cell = 1, onStep: (step: Step) => void = () => {}) => {
    const id = crypto.randomUUID();
    const cabinet = await rig.cabinet();
    return {
      ...await rig.commands.run({ id, cabinet, cell, command: "open", by: `person:${ANNE}` }, onStep),
      id,
    };
  };
  return { rig, log, another, events, raised, moves, door, opens };
}

testOnEach("DoorLog stores each move once, with the command that it came of", async (database, stack) => {
  const { rig, events, raised, moves, opens } = await rigOf(database, stack);
  const { id } = await opens();
  await moves(shut(1));
  deepEqual(await events(), [], "where doors are shut at first is no news");
  const opened = { cell: 1, door: "open", command: id } as const;
  await moves({ ...opened, at: 10 }, { ...opened, at: 11 }, { cell: 1, door: "open", at: 12, how: "found" });
  await moves({ cell: 1, door: "closed", at: 20 }, { cell: 1, door: "closed", at: 21 });
  deepEqual(await events(), [
    { kind: "door-opened", cell: 1, command: id, detail: null },
    { kind: "door-closed", cell: 1, command: id, detail: null },
  ]);
  deepEqual(await raised(), []);
  const rows = await rig.db.tables.selectFrom("events").select(["person", "at"]).execute();
  deepEqual(rows.toSorted((a, b) => a.at - b.at), [{ person: ANNE, at: 10 }, { person: ANNE, at: 20 }]);
});

testOnEach("DoorLog stores what several programs tell at once only once", async (database, stack) => {
  const { log, another, events, door } = await rigOf(database, stack);
  const logs = [log, another(), another(), another()];
  const told = async (...doors: Move["door"][]) => {
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
  const { log, events, door, moves } = await rigOf(database, stack);
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

testOnEach("DoorLog tells what a door did between two readings that are stored together", async (
  database,
  stack,
) => {
  const { log, events, moves } = await rigOf(database, stack);
  const reading = (at: number): Move[] => [1, 2].map((cell) => ({ cell, door: "open", at, how: "found" }));
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

testOnEach("DoorLog tells by what a door was closed whose opening it found out just before", async (
  database,
  stack,
) => {
  const { rig, log, events, moves, opens } = await rigOf(database, stack);
  await moves(shut(1));
  rig.evidence = () => ({ state: "unconfirmed", reason: "no-reply" });
  const { id } = await opens();
  log.moved("cab", [{ cell: 1, door: "open", at: Date.now() }, {
    cell: 1,
    door: "closed",
    at: Date.now() + 1,
  }]);
  await log.idle();
  deepEqual((await events()).map(({ kind, command }) => [kind, command]), [
    ["door-opened", id],
    ["door-closed", id],
  ]);
});

testOnEach("DoorLog believes nobody late about a door that somebody else has looked at since", async (
  database,
  stack,
) => {
  const { rig, log, events, raised, moves, door } = await rigOf(database, stack);
  await moves(shut(1));
  const epochs = new Epochs(rig.db);
  const [before, now] = [await epochs.next("cab"), await epochs.next("cab")];
  const opened = async (epoch: number) => {
    log.moved("cab", [{ cell: 1, door: "open", at: Date.now() - 2 * DOOR.lateMs, epoch }]);
    await log.idle();
    return [(await events()).length, (await door(1))?.door, await raised()];
  };
  deepEqual(await opened(before), [1, "closed", []]);
  deepEqual(await opened(now), [2, "open", ["opened-without-command 1"]]);
});

testOnEach("DoorLog takes no reading that a controller's event has overtaken", async (database, stack) => {
  const { log, events, raised, moves, door } = await rigOf(database, stack);
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
  const { rig, log, events, raised } = await rigOf(database, stack);
  const all = Array.from({ length: OPERATOR.cellsMax }, (_, index) => index + 1);
  const cell = { board: 1, size: "M", state: "free", freed_at: 0, door: "closed", door_at: 1 };
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
    const { rig, log, events, moves } = await rigOf(database, stack);
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

testOnEach(
  "DoorLog raises an alarm once for a door that no command opened, and ends it with the door",
  async (database, stack) => {
    const { events, raised, moves } = await rigOf(database, stack);
    await moves({ cell: 2, door: "open", at: 5, how: "found" });
    deepEqual(await raised(), [], "nobody knows how it was before");
    await moves({ cell: 2, door: "closed", at: 6 }, { cell: 2, door: "open", at: 7, how: "raw" });
    deepEqual(await raised(), [], "the operator did it");
    await moves({ cell: 2, door: "closed", at: 8 }, { cell: 2, door: "open", at: 9 });
    deepEqual(await raised(), ["opened-without-command 2"]);
    await moves({ cell: 2, door: "open", at: 10, how: "found" }, { cell: 2, door: "closed", at: 11 });
    deepEqual(await raised(), ["opened-without-command 2 over"]);
    deepEqual((await events()).map(({ detail }) => detail), ["found", null, "raw", null, null, null]);
  },
);

testOnEach("DoorLog settles a command in doubt whose door is found open", async (database, stack) => {
  const { rig, events, raised, moves, opens } = await rigOf(database, stack);
  rig.evidence = () => ({ state: "unconfirmed", reason: "link-lost" });
  await moves(shut(3));
  const { id, state } = await opens(3);
  equal(state, "unconfirmed");
  const now = Date.now();
  await moves({ cell: 3, door: "open", at: now, how: "found" });
  equal((await rig.journal.find(id))?.state, "opened");
  deepEqual([(await events())[0]?.command, await raised()], [id, []]);
  await moves(shut(3, now + 1), { cell: 3, door: "open", at: now + 2, how: "found" });
  deepEqual(
    [(await events())[2]?.command, await raised()],
    [null, ["opened-without-command 3"]],
    "only once",
  );
});

testOnEach("DoorLog settles nothing that is too long ago, or came later", async (database, stack) => {
  const { rig, raised, moves, opens } = await rigOf(database, stack);
  rig.evidence = () => ({ state: "unconfirmed", reason: "no-reply" });
  await moves(shut(1), shut(2));
  const before = Date.now() - 1;
  const first = await opens(1);
  const second = await opens(2);
  await moves({ cell: 1, door: "open", at: before });
  await moves({ cell: 2, door: "open", at: Date.now() + COMMAND.settleMs });
  deepEqual(await raised(), ["opened-without-command 1", "opened-without-command 2"]);
  for (const { id } of [first, second]) equal((await rig.journal.find(id))?.state, "unconfirmed");
});

testOnEach(
  "an opening that was confirmed and not kept is found as its command's",
  async (database, stack) => {
    const { events, raised, moves, opens } = await rigOf(database, stack);
    await moves(shut(1));
    const { id, state } = await opens();
    equal(state, "opened");
    // The program ended before it had stored that.
    await moves({ cell: 1, door: "open", at: Date.now(), how: "found" });
    deepEqual([(await events())[0]?.command, await raised()], [id, []]);
  },
);

testOnEach("a command that a dead program left ends as its door says", async (database, stack) => {
  const first = await rigOf(database, stack);
  await first.moves(shut(1), shut(2));
  first.rig.evidence = () => new Promise(() => {});
  first.opens(1).catch(() => {});
  first.opens(2).catch(() => {});
  await until(() => first.rig.sent.length === 2);
  await first.rig.dies();
  const { rig, log } = await rigOf(database, stack);
  const [seen, unseen] = [1, 2].map((cell) => first.rig.sent.find((one) => one.cell === cell)?.id ?? "");
  await log.heard("cab", LOG, [
    { seq: 1, cell: 1, door: "open", at: Date.now(), command: seen },
    { seq: 2, cell: 1, door: "closed", at: Date.now() },
  ]);
  rig.later = COMMAND.orphanMs + 1_000;
  deepEqual(await rig.recovery.endLeft({ atStart: false }), { requested: 0, sent: 2 });
  deepEqual([(await rig.journal.find(seen ?? ""))?.state, (await rig.journal.find(seen ?? ""))?.reason], [
    "opened",
    null,
  ]);
  equal((await rig.journal.find(unseen ?? ""))?.state, "unconfirmed");
});

testOnEach(
  "a person hears of an opening that was stored before the tap was in doubt",
  async (database, stack) => {
    const { rig, log, opens } = await rigOf(database, stack);
    rig.evidence = async (cell) => {
      const command = rig.sent.at(-1)?.id;
      await log.heard("cab", LOG, [
        { seq: 1, cell, door: "open", at: Date.now(), command },
        { seq: 2, cell, door: "closed", at: Date.now(), command },
      ]);
      return { state: "unconfirmed", reason: "link-lost" };
    };
    const steps: string[] = [];
    const { id, state } = await opens(1, ({ state }) => steps.push(state));
    equal(state, "unconfirmed");
    await until(() => steps.at(-1) === "opened");
    equal((await rig.journal.find(id))?.state, "opened");
    deepEqual(rig.reports.map(({ type }) => type), ["finished", "settled"]);
  },
);

testOnEach("DoorLog stores what a controller tells once for each number, and notes what is lost", async (
  database,
  stack,
) => {
  const { log, another, events, raised, opens, door } = await rigOf(database, stack);
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

testOnEach("a controller's opening without a command is nobody's in doubt", async (database, stack) => {
  const { rig, log, events, opens } = await rigOf(database, stack);
  rig.evidence = () => ({ state: "unconfirmed", reason: "link-lost" });
  const { id } = await opens();
  await log.heard("cab", LOG, [{ seq: 1, cell: 1, door: "open", at: Date.now() }]);
  deepEqual([(await events())[0]?.command, (await rig.journal.find(id))?.state], [null, "unconfirmed"]);
});

testOnEach("DoorLog raises an alarm for whoever wants a cabinet's place, and puts the end off", async (
  database,
  stack,
) => {
  const { rig, log, raised } = await rigOf(database, stack);
  const now = Date.now();
  for (const at of [now, now + 60_000]) {
    log.intruded("cab", at);
    await log.idle();
  }
  rig.later = DOOR.intrusionMs + 30_000;
  await rig.due();
  deepEqual(await raised(), ["second-connection 0"]);
  rig.later = DOOR.intrusionMs + 90_000;
  await rig.due();
  deepEqual(await raised(), ["second-connection 0 over"]);
  log.intruded("cab", now + rig.later);
  await log.idle();
  deepEqual(await raised(), ["second-connection 0 over", "second-connection 0"]);
});

testOnEach("a lock that did not open is an alarm until its door is seen open", async (database, stack) => {
  const { rig, raised, moves, opens } = await rigOf(database, stack);
  rig.evidence = () => ({ state: "failed", reason: "did-not-open" });
  await moves(shut(1), { cell: 2, door: "open", at: 1, how: "found" });
  await opens();
  await until(async () => (await raised()).length > 0);
  await opens();
  await opens(2);
  await rig.commands.drain();
  deepEqual(await raised(), ["did-not-open 1"], "once, and not where the door is open by now");
  await moves({ cell: 1, door: "open", at: Date.now(), how: "raw" });
  deepEqual(await raised(), ["did-not-open 1 over"]);
});

testOnEach("a cell on another lock forgets its door, and its alarms are over", async (database, stack) => {
  const { rig, raised, moves, door } = await rigOf(database, stack);
  await moves(shut(2), { cell: 2, door: "open", at: Date.now() });
  deepEqual(await raised(), ["opened-without-command 2"]);
  const cabinet = { ...await rig.cabinet(), secret: undefined };
  const put = async (change: { channel?: number; name?: string; wiring?: "short-when-open" }) => {
    const { channel = 2, ...rest } = change;
    const cells = cabinet.cells.map((cell) => cell.cell === 2 ? { ...cell, channel } : cell);
    await rig.cabinets.put({ ...cabinet, ...rest, cells });
    return (await door(2))?.door;
  };
  equal(await put({ name: "Hall" }), "open");
  deepEqual(await raised(), ["opened-without-command 2"], "it is the same lock");
  equal(await put({ channel: 9 }), null);
  deepEqual(await raised(), ["opened-without-command 2 over"]);
  await moves({ cell: 2, door: "open", at: Date.now() });
  deepEqual(await raised(), ["opened-without-command 2 over"], "how its door was nobody knows");
  equal(await put({ channel: 9, wiring: "short-when-open" }), null, "what the lock says means the opposite");
});

testOnEach("the alarms of a removed cabinet are over", async (database, stack) => {
  const { rig, log, raised, moves } = await rigOf(database, stack);
  await moves(shut(2), { cell: 2, door: "open", at: Date.now() });
  log.intruded("cab", Date.now());
  await log.idle();
  equal((await raised()).length, 2);
  await rig.cabinets.remove("cab");
  deepEqual((await raised()).toSorted(), ["opened-without-command 2 over", "second-connection 0 over"]);
});

testOnEach("DoorLog keeps moves while the database is away, and their order", async (database, stack) => {
  const { rig, log, another, events, door, moves } = await rigOf(database, stack);
  await moves(shut(1), shut(2));
  const away = await takenAway(database, stack);
  const [first, second] = [Date.now(), Date.now() + 1];
  log.moved("cab", [{ cell: 1, door: "open", at: first }]);
  log.moved("cab", [{ cell: 1, door: "closed", at: second }]);
  log.moved("cab", [{ cell: 2, door: "open", at: first }]);
  log.intruded("cab", first);
  await until(() => rig.failures.length > 0, { deadlineMs: SOON_MS });
  await away.ends();
  // Whoever has the cabinet by now has seen more of the second door.
  const newer = another();
  newer.moved("cab", [{ cell: 2, door: "open", at: first }]);
  newer.moved("cab", [{ cell: 2, door: "closed", at: Date.now() }]);
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

testOnEach("DoorLog gives up the oldest moves past its limit, and says how many", async (database, stack) => {
  const { rig, log, events, moves } = await rigOf(database, stack);
  await moves(shut(1), shut(2));
  const away = await takenAway(database, stack);
  const many = (cell: number, count: number): Move[] =>
    Array(count).fill({ cell, door: "open", at: Date.now() });
  log.moved("cab", many(2, DOOR.waitingMax));
  log.moved("cab", many(1, 7));
  await until(() => rig.failures.length > 1, { deadlineMs: SOON_MS });
  match(rig.failures.join(), new RegExp(`Cannot keep ${DOOR.waitingMax} moves of doors`));
  await away.ends();
  await log.idle();
  deepEqual((await events()).map(({ kind, cell }) => `${kind} ${cell}`), ["door-opened 1"]);
});

testOnEach("DoorLog does not wait at the end for a database that is away, and says what it lost", async (
  database,
  stack,
) => {
  const { rig, log, events, moves } = await rigOf(database, stack);
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
