import { deepEqual, equal, ok } from "node:assert/strict";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { COMMAND, RENTAL } from "../../lib/limits.ts";
import { ANNE, BERT, Rig, type Wish } from "../../../testing/rigs/locker.ts";
import type { OpenTap, Result } from "./taps.ts";

/** Just as old as a tap may not be. */
const TOO_OLD_MS = COMMAND.deadlineMs;
const EXPIRED = { state: "refused", reason: "expired" } as const;

function endOf({ state, reason }: Result): Partial<Result> {
  return { state, ...(reason === undefined ? {} : { reason }) };
}

/** A tap of the operator, who may open every cell. */
async function openTap(rig: Rig, more: Partial<OpenTap> = {}): Promise<OpenTap> {
  const { id, by } = { id: crypto.randomUUID(), by: "operator" };
  return { command: "open", id, by, cabinet: await rig.cabinet(), cell: 3, ...more };
}

testOnEach(
  "a tap of any kind that is too old opens nothing and changes nothing",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const { id: rental } = await rig.tap(ANNE, { command: "store" });
    const code = await rig.code(ANNE, rental);
    const [sent, cells] = [rig.sent.length, await rig.states()];
    const at = Date.now() - TOO_OLD_MS;
    const taps: [string, Wish][] = [
      [ANNE, { command: "store", at }],
      [ANNE, { command: "reopen", rental, at }],
      [ANNE, { command: "retrieve", rental, at }],
      [BERT, { command: "pickup", code, address: "192.0.2.1", at }],
    ];
    for (const [person, wish] of taps) {
      const ended = await rig.tap(person, wish);
      deepEqual([wish.command, endOf(ended)], [wish.command, EXPIRED]);
      const row = await rig.journal.find(ended.id);
      deepEqual([row?.state, row?.reason, row?.sent_at], ["refused", "expired", null]);
    }
    const open = await openTap(rig, { at });
    deepEqual(endOf(await rig.commands.run(open)), EXPIRED);
    equal((await rig.journal.find(open.id))?.reason, "expired");
    deepEqual([rig.sent.length, await rig.states()], [sent, cells]);
    const pickup: Wish = { command: "pickup", code, address: "192.0.2.1", at: Date.now() };
    equal((await rig.tap(BERT, pickup)).state, "opened", "the code was not used up");
  },
);

testOnEach("a tap's age is taken off the time that its door has", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const ages = [0, 3_000, -60_000, undefined];
  for (const ageMs of ages) {
    const at = ageMs === undefined ? undefined : Date.now() - ageMs;
    equal((await rig.commands.run(await openTap(rig, { at }))).state, "opened");
  }
  const { id: rental } = await rig.tap(ANNE, { command: "store", at: Date.now() - 3_000 });
  await rig.tap(ANNE, { command: "reopen", rental, at: Date.now() + 60_000 });
  const whole = [true, false, true, true, false, true];
  deepEqual(rig.left.map((leftMs) => leftMs > 1_000), whole, `${rig.left}`);
  ok(rig.left.every((leftMs) => leftMs > 0 && leftMs <= COMMAND.deadlineMs), `${rig.left}`);
});

testOnEach("a tap that is known is answered as it ended, however old it is", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const stored = await rig.tap(ANNE, { command: "store" });
  const rental = stored.id;
  const code = await rig.code(ANNE, rental);
  const wishes: [string, Wish][] = [
    [ANNE, { command: "reopen", rental }],
    [BERT, { command: "pickup", code, address: "192.0.2.1" }],
  ];
  const known: [string, Wish, string][] = [[ANNE, { command: "store" }, stored.id]];
  for (const [person, wish] of wishes) known.push([person, wish, (await rig.tap(person, wish)).id]);
  const sent = rig.sent.length;
  const at = Date.now() - 60_000;
  for (const [person, wish, id] of known) {
    equal((await rig.tap(person, { ...wish, at }, { id })).state, "opened", wish.command);
  }
  equal(rig.sent.length, sent);
  const open = await openTap(rig);
  await rig.commands.run(open);
  equal((await rig.commands.run({ ...open, at })).state, "opened");
  equal(rig.sent.length, sent + 1);
});

testOnEach("a tap that runs is joined, however old the second asking is", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const gate = Promise.withResolvers<void>();
  rig.evidence = () => gate.promise.then(() => ({ state: "opened" }));
  const open = await openTap(rig);
  const running = rig.commands.run(open);
  const again = rig.commands.run({ ...open, at: Date.now() - 60_000 });
  gate.resolve();
  deepEqual([(await running).state, (await again).state], ["opened", "opened"]);
  equal(rig.sent.length, 1);
});

testOnEach("a tap whose time passes while it is written down opens nothing", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const onStep = () => void (rig.stoodStillMs += COMMAND.deadlineMs);
  deepEqual(endOf(await rig.tap(ANNE, { command: "store" }, { onStep })), EXPIRED);
  deepEqual([rig.sent.length, await rig.states()], [0, ["free", "free", "free"]]);
});

testOnEach("another cell is tried within a time that begins with the tap", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const at = Date.now() - COMMAND.deadlineMs + 1_000;
  rig.evidence = () => {
    rig.stoodStillMs += RENTAL.anotherWithinMs - 2_000;
    return { state: "failed", reason: "did-not-open" };
  };
  equal((await rig.tap(ANNE, { command: "store", at })).state, "failed");
  equal(rig.sent.length, 1);
  rig.evidence = (cell) => cell === 3 ? { state: "opened" } : { state: "failed", reason: "did-not-open" };
  const stored = await rig.tap(ANNE, { command: "store", at });
  deepEqual([stored.state, stored.cell, rig.sent.length], ["opened", 3, 3]);
});
