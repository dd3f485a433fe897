import { deepEqual, equal } from "node:assert/strict";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { until } from "../../../testing/until.ts";
import { Epochs } from "../../db/journal/epochs.ts";
import { COMMAND } from "../../lib/limits.ts";
import { doorRig, shut } from "../../../testing/rigs/doors.ts";
import { ANNE, EPOCH } from "../../../testing/rigs/locker.ts";

const LOG = "log1";

testOnEach("DoorLog stores each move once, with the command that it came of", async (database, stack) => {
  const { rig, events, raised, moves, opens } = await doorRig(database, stack);
  await moves(shut(1));
  deepEqual(await events(), [], "where doors are shut at first is not news");
  const { id } = await opens();
  const at = Date.now() + 10;
  const opened = { cell: 1, door: "open", command: id } as const;
  await moves({ ...opened, at }, { ...opened, at: at + 1 }, {
    cell: 1,
    door: "open",
    at: at + 2,
    how: "found",
  });
  await moves({ cell: 1, door: "closed", at: at + 10 }, { cell: 1, door: "closed", at: at + 11 });
  deepEqual(await events(), [
    { kind: "door-opened", cell: 1, command: id, detail: null },
    { kind: "door-closed", cell: 1, command: id, detail: null },
  ]);
  deepEqual(await raised(), []);
  const rows = await rig.db.tables.selectFrom("events").select("person").execute();
  deepEqual(rows, [{ person: ANNE }, { person: ANNE }]);
});

testOnEach("DoorLog tells by what a door was closed whose opening it found out just before", async (
  database,
  stack,
) => {
  const { rig, log, events, moves, opens } = await doorRig(database, stack);
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

testOnEach("DoorLog ignores what an owner reports of a door after its successor", async (
  database,
  stack,
) => {
  const { rig, log, events, raised, moves, door } = await doorRig(database, stack);
  await moves(shut(1));
  const epochs = new Epochs(rig.db);
  const [before, now] = [await epochs.next("cab"), await epochs.next("cab")];
  const opened = async (epoch: number) => {
    log.moved("cab", [{ cell: 1, door: "open", at: Date.now(), epoch, count: 1 }]);
    await log.idle();
    return [(await events()).length, (await door(1))?.door, await raised()];
  };
  deepEqual(await opened(before), [1, "closed", []]);
  deepEqual(await opened(now), [2, "open", ["opened-without-command 1"]]);
});

testOnEach(
  "DoorLog raises an alarm once for a door that no command opened, and ends it with the door",
  async (database, stack) => {
    const { events, raised, moves } = await doorRig(database, stack);
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
  const { rig, events, raised, moves, opens } = await doorRig(database, stack);
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

testOnEach(
  "DoorLog settles a command in doubt by what a later connection sees, and not by the same one's",
  async (
    database,
    stack,
  ) => {
    const { rig, moves, opens, raised } = await doorRig(database, stack);
    rig.evidence = () => ({ state: "unconfirmed", reason: "no-reply" });
    await moves(shut(1), shut(2));
    const [same, later] = [await opens(1), await opens(2)];
    const row = await rig.journal.find(same.id);
    equal(row?.sent_epoch, EPOCH);
    const at = Date.now();
    await moves({ cell: 1, door: "open", at, epoch: EPOCH }, { cell: 2, door: "open", at, epoch: EPOCH + 1 });
    deepEqual(
      [(await rig.journal.find(same.id))?.state, (await rig.journal.find(later.id))?.state],
      ["unconfirmed", "opened"],
      "a connection names its own commands, in the order of its line",
    );
    deepEqual(await raised(), ["opened-without-command 1"]);
  },
);

testOnEach("DoorLog settles nothing that is too long ago, or came later", async (database, stack) => {
  const { rig, raised, moves, opens } = await doorRig(database, stack);
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
    const { events, raised, moves, opens } = await doorRig(database, stack);
    await moves(shut(1));
    const { id, state } = await opens();
    equal(state, "opened");
    // The program ended before it had stored that.
    await moves({ cell: 1, door: "open", at: Date.now(), how: "found" });
    deepEqual([(await events())[0]?.command, await raised()], [id, []]);
  },
);

testOnEach("a command that a dead program left ends as its door says", async (database, stack) => {
  const first = await doorRig(database, stack);
  await first.moves(shut(1), shut(2));
  first.rig.evidence = () => new Promise(() => {});
  first.opens(1).catch(() => {});
  first.opens(2).catch(() => {});
  await until(() => first.rig.sent.length === 2);
  await first.rig.dies();
  const { rig, log } = await doorRig(database, stack);
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
    const { rig, log, opens } = await doorRig(database, stack);
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

testOnEach(
  "a controller's opening without a command settles no unconfirmed command",
  async (database, stack) => {
    const { rig, log, events, opens } = await doorRig(database, stack);
    rig.evidence = () => ({ state: "unconfirmed", reason: "link-lost" });
    const { id } = await opens();
    await log.heard("cab", LOG, [{ seq: 1, cell: 1, door: "open", at: Date.now() }]);
    deepEqual([(await events())[0]?.command, (await rig.journal.find(id))?.state], [null, "unconfirmed"]);
  },
);

testOnEach("a lock that did not open is an alarm until its door is seen open", async (database, stack) => {
  const { rig, raised, moves, opens } = await doorRig(database, stack);
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
  const { rig, raised, moves, door } = await doorRig(database, stack);
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
  const { rig, log, raised, moves } = await doorRig(database, stack);
  await moves(shut(2), { cell: 2, door: "open", at: Date.now() });
  log.intruded("cab", Date.now());
  await log.idle();
  equal((await raised()).length, 2);
  await rig.cabinets.remove({ id: "cab", organization: "main" });
  deepEqual((await raised()).toSorted(), ["opened-without-command 2 over", "second-connection 0 over"]);
});
