import { deepEqual, equal } from "node:assert/strict";
import type { Insertable } from "kysely";
import { type TestDatabase, testOnEach } from "../../../testing/servers/databases.ts";
import { until } from "../../../testing/until.ts";
import type { Schema } from "../../db/mod.ts";
import { Epochs } from "../../db/journal/epochs.ts";
import { COMMAND } from "../../lib/limits.ts";
import { type DoorRig, doorRig, shut } from "../../../testing/rigs/doors.ts";
import { ANNE } from "../../../testing/rigs/locker.ts";
import type { DoorMove } from "../../cabinet/doors.ts";

/** A cabinet whose doors are shut, and one owner of it after the other. */
interface OwnersRig extends DoorRig {
  /** A new owner; says what it sees, in its order. */
  owner(): Promise<(...moves: DoorMove[]) => Promise<void>>;
  /** The last owner sees a door open by the command whose answer comes next. */
  sees(): void;
  /** Moves are told, each by itself, and stored. */
  stores(...moves: DoorMove[]): Promise<void>;
  /** What is stored, with the command that each event came of. */
  told(): Promise<string[]>;
}

async function ownersRig(database: TestDatabase, stack: AsyncDisposableStack): Promise<OwnersRig> {
  const doors = await doorRig(database, stack);
  const { rig, log, moves } = doors;
  await moves(shut(1), shut(2));
  const epochs = new Epochs(rig.db);
  let epoch = 0;
  let count = 0;
  const owner = async () => {
    const mine = epoch = await epochs.next("cab");
    count = 0;
    return async (...seen: DoorMove[]) => {
      await stores(...seen.map((move) => ({ ...move, epoch: mine, count: ++count })));
    };
  };
  const stores = async (...seen: DoorMove[]) => {
    for (const move of seen) log.moved("cab", [move]);
    await log.idle();
  };
  const sees = () => rig.seen = () => ({ at: Date.now(), epoch, count: ++count });
  const told = async () => {
    const rows = await rig.db.tables.selectFrom("events").selectAll().where("alarm", "is", null)
      .orderBy("seq").execute();
    return rows.map(({ kind, cell, command, detail }) =>
      `${kind} ${cell} ${command ?? "nobody"}${detail === null ? "" : ` ${detail}`}`
    );
  };
  return { ...doors, owner, sees, stores, told };
}

const open = (cell: number, more: Partial<DoorMove> = {}): DoorMove => ({
  cell,
  door: "open",
  at: Date.now(),
  ...more,
});
const closed = (cell: number, more: Partial<DoorMove> = {}): DoorMove => ({
  ...open(cell),
  door: "closed",
  ...more,
});

testOnEach(
  "who was told that a door opened finds the opening in the events, whatever was told of the door",
  async (
    database,
    stack,
  ) => {
    const { rig, opens, told, door } = await ownersRig(database, stack);
    const { id } = await opens(1);
    deepEqual(await told(), [`door-opened 1 ${id}`]);
    const [event] = await rig.db.tables.selectFrom("events").selectAll().execute();
    deepEqual([event?.person, event?.cabinet], [ANNE, "cab"]);
    const { door: where, door_command } = await door(1) ?? {};
    deepEqual([where, door_command], ["open", id]);
  },
);

testOnEach("a command that is settled has its opening once", async (database, stack) => {
  const { rig, owner, opens, told } = await ownersRig(database, stack);
  rig.evidence = () => ({ state: "unconfirmed", reason: "no-reply" });
  const { id } = await opens(1);
  deepEqual([await rig.journal.settle(id), await rig.journal.settle(id)], [true, false]);
  const see = await owner();
  await see(open(1, { command: id }));
  deepEqual(await told(), [`door-opened 1 ${id}`]);
});

testOnEach("a command that a dead program left opened its door, though it was opened by hand since", async (
  database,
  stack,
) => {
  const first = await ownersRig(database, stack);
  first.rig.evidence = () => new Promise(() => {});
  first.opens(2).catch(() => {});
  await until(() => first.rig.sent.length === 1);
  const id = first.rig.sent[0]?.id ?? "";
  const see = await first.owner();
  await see(open(2, { command: id }), closed(2), open(2), closed(2));
  await first.rig.dies();
  const { rig, events } = await doorRig(database, stack);
  rig.later = COMMAND.orphanMs + 1_000;
  await rig.recovery.endLeft({ atStart: false });
  equal((await rig.journal.find(id))?.state, "opened");
  deepEqual((await events()).map(({ kind, command }) => `${kind} ${command === id}`), [
    "door-opened true",
    "door-closed true",
    "door-opened false",
    "door-closed false",
  ]);
});

testOnEach(
  "an opening is written once, whether the line's news of it come before or after its command's end",
  async (
    database,
    stack,
  ) => {
    const { rig, owner, sees, opens, told } = await ownersRig(database, stack);
    const see = await owner();
    sees();
    rig.evidence = async (cell) => {
      const command = rig.sent.at(-1)?.id;
      if (cell === 1) await see(open(cell, { command }), closed(cell));
      return { state: "opened" };
    };
    const { id: before } = await opens(1);
    const { id: after } = await opens(2);
    await see(open(2, { command: after }), closed(2));
    deepEqual(await told(), [
      `door-opened 1 ${before}`,
      `door-closed 1 ${before}`,
      `door-opened 2 ${after}`,
      `door-closed 2 ${after}`,
    ]);
  },
);

testOnEach(
  "moves that are stored again, as the answer was lost, are the same events",
  async (database, stack) => {
    const { rig, owner, another, told } = await ownersRig(database, stack);
    await owner();
    const epoch = (await rig.db.tables.selectFrom("epochs").select("epoch").executeTakeFirst())?.epoch;
    const moves = [
      open(1, { epoch, count: 1 }),
      closed(1, { epoch, count: 2 }),
      open(1, { epoch, count: 3 }),
      closed(1, { epoch, count: 4 }),
      open(2, { epoch, count: 4 }),
    ];
    for (let times = 0; times < 2; times++) {
      const log = another();
      log.moved("cab", moves);
      await log.idle();
      deepEqual(await told(), [
        "door-opened 1 nobody",
        "door-closed 1 nobody",
        "door-opened 1 nobody",
        "door-closed 1 nobody",
        "door-opened 2 nobody",
      ]);
    }
  },
);

testOnEach("an opening that the version before has written is written once, and its door stays shut", async (
  database,
  stack,
) => {
  const { rig, opens, told, door } = await ownersRig(database, stack);
  const { tables } = rig.db;
  // The version before gives the event an id of its own, and notes the command at the cell.
  const writes = async (cell: number) => {
    const command = rig.sent.at(-1)?.id ?? "";
    const about = { cabinet: "cab", cell, person: ANNE, rental: null, detail: null, command };
    for (const kind of ["door-opened", "door-closed"] as const) {
      const event = { ...about, id: crypto.randomUUID(), at: Date.now(), kind };
      // Nor does it know organizations.
      await tables.insertInto("events").values(event as Insertable<Schema["events"]>).execute();
    }
    await tables.updateTable("cells").set({ door: "closed", door_command: command }).where("cell", "=", cell)
      .execute();
  };
  rig.evidence = async (cell) => {
    await writes(cell);
    return cell === 1 ? { state: "opened" } : { state: "unconfirmed", reason: "no-reply" };
  };
  const { id: first, state } = await opens(1);
  const { id: second } = await opens(2);
  // Where its door is looked at meanwhile, that settles it.
  await rig.journal.settle(second);
  deepEqual([state, (await rig.journal.find(second))?.state], ["opened", "opened"]);
  deepEqual(await told(), [
    `door-opened 1 ${first}`,
    `door-closed 1 ${first}`,
    `door-opened 2 ${second}`,
    `door-closed 2 ${second}`,
  ]);
  deepEqual([(await door(1))?.door, (await door(2))?.door], ["closed", "closed"]);
});

testOnEach("a door that was shut and opened again between two looks is opened by the later command", async (
  database,
  stack,
) => {
  const { rig, owner, sees, opens, told } = await ownersRig(database, stack);
  const see = await owner();
  sees();
  const { id: first } = await opens(1);
  const { id: second } = await opens(1);
  await see(closed(1));
  deepEqual(await told(), [`door-opened 1 ${first}`, `door-opened 1 ${second}`, `door-closed 1 ${second}`]);
  // The same, where the line tells of it and the command's end is not written.
  rig.evidence = () => ({ state: "unconfirmed", reason: "link-lost" });
  const [{ id: third }, { id: fourth }] = [await opens(2), await opens(2)];
  await see(open(2, { command: third }), open(2, { command: fourth }), closed(2));
  deepEqual((await told()).slice(3), [
    `door-opened 2 ${third}`,
    `door-opened 2 ${fourth}`,
    `door-closed 2 ${fourth}`,
  ]);
});

testOnEach("what the line tells late of the opening before is attributed to that opening", async (
  database,
  stack,
) => {
  const { rig, owner, stores, opens, told, door } = await ownersRig(database, stack);
  await owner();
  const at = Date.now();
  const nth = (count: number) => ({ at: at + count, epoch: 1, count });
  rig.seen = () => nth(1);
  const { id: first } = await opens(1);
  rig.seen = () => nth(3);
  const { id: second } = await opens(1);
  // The closing in between was waiting to be stored.
  await stores(closed(1, nth(2)), open(1, { ...nth(4), command: second }));
  deepEqual(await told(), [
    `door-opened 1 ${first}`,
    `door-opened 1 ${second}`,
    `door-closed 1 ${first} late`,
  ]);
  equal((await door(1))?.door, "open");
  await stores(closed(1, nth(5)));
  deepEqual((await told()).at(-1), `door-closed 1 ${second}`);
});

testOnEach(
  "an owner that was followed changes no door and no alarm, and what it tells is noted as late",
  async (
    database,
    stack,
  ) => {
    const { owner, raised, told, door } = await ownersRig(database, stack);
    const first = await owner();
    await first(open(2));
    deepEqual(await raised(), ["opened-without-command 2"]);
    await owner();
    await first(open(1), closed(1), closed(2), closed(3, { how: "found" }));
    deepEqual(await told(), [
      "door-opened 2 nobody",
      "door-opened 1 nobody late",
      "door-closed 1 nobody late",
      "door-closed 2 nobody late",
    ]);
    deepEqual(await raised(), ["opened-without-command 2"]);
    const doors = await Promise.all([1, 2, 3].map(async (cell) => (await door(cell))?.door));
    deepEqual(doors, ["closed", "open", null], "where the third one is, the new owner will say");
  },
);

testOnEach("a command that an owner answers which was followed opened its door, once", async (
  database,
  stack,
) => {
  const { rig, owner, sees, opens, told, door, raised } = await ownersRig(database, stack);
  const first = await owner();
  sees();
  const command = await opening(rig, opens);
  const second = await owner();
  command.answer();
  const { id } = await command.result;
  equal((await door(1))?.door, "closed", "as was known; the new owner will say");
  await first(open(1, { command: id }), closed(1));
  await second(open(1, { how: "found" }), closed(1));
  deepEqual(await told(), [`door-opened 1 ${id}`, `door-closed 1 ${id} late`, `door-closed 1 ${id}`]);
  deepEqual(await raised(), []);
});

/** Anne opens a cell, and the board has not answered. */
async function opening(rig: DoorRig["rig"], opens: DoorRig["opens"]) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const seen = rig.seen?.();
  rig.seen = () => seen ?? { at: 0, epoch: 0, count: 0 };
  rig.evidence = async () => {
    await promise;
    return { state: "opened" };
  };
  const result = opens(1);
  await until(() => rig.sent.length > 0);
  return { answer: resolve, result };
}
