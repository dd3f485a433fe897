import { deepEqual, equal, match } from "node:assert/strict";
import { until } from "../../../testing/until.ts";
import { CONTROLLER } from "../../lib/limits.ts";
import { ControllerRig as Rig, WELCOMED_AT } from "../../../testing/rigs/controller.ts";

const COMMAND = "018f6a4e-5c1d-7b3a-9e2f-4d6c8b0a1e37";

function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

/** The event of a door that just opened, with other fields where they are given. */
function event(seq: number, but: Record<string, unknown> = {}): object {
  return { type: "event", seq, ago: 0, lock: 1, door: "open", ...but };
}

function acks(rig: Rig): unknown[] {
  return rig.said("ack").map((line) => line["seq"]);
}

/** Waits until that event was acknowledged. */
async function acknowledged(rig: Rig, seq: number): Promise<void> {
  await until(() => acks(rig).includes(seq), { saw: () => rig.written });
}

/** The events of the nth batch. */
function batch(rig: Rig, n: number): number[] {
  return rig.storing[n]?.moves.map(({ seq }) => seq) ?? [];
}

test("ControllerDoors stores an event, then acknowledges and reports it", async () => {
  const rig = new Rig(41);
  rig.now = 5_000;
  rig.hear(event(42, { ago: 1_500, lock: 3, command: COMMAND }));
  const move = { seq: 42, cell: 13, door: "open", at: WELCOMED_AT + 3_500, command: COMMAND };
  deepEqual(rig.storing.map(({ log, moves }) => ({ log, moves })), [{ log: "b7", moves: [move] }]);
  deepEqual([acks(rig), rig.seen, rig.controller.doors.size], [[], [], 0]);
  rig.storing[0]?.done();
  await acknowledged(rig, 42);
  deepEqual(rig.seen, [{ cell: 13, door: "open", command: COMMAND }]);
  deepEqual(rig.moved, []);
  deepEqual([...rig.controller.doors], [[13, "open"]]);
});

test("ControllerDoors stores one batch at a time, and what comes meanwhile is the next", async () => {
  const rig = new Rig();
  rig.hear(event(1), event(2, { door: "closed" }), event(3, { lock: 2 }));
  deepEqual(batch(rig, 0), [1]);
  equal(rig.storing.length, 1);
  rig.storing[0]?.done();
  await until(() => rig.storing.length === 2);
  deepEqual(batch(rig, 1), [2, 3]);
  rig.hear(event(4, { lock: 2, door: "closed" }));
  equal(rig.storing.length, 2);
  rig.storing[1]?.done();
  await until(() => rig.storing.length === 3);
  rig.storing[2]?.done();
  await acknowledged(rig, 4);
  deepEqual(acks(rig), [1, 3, 4]);
  deepEqual(rig.seen.map(({ cell, door }) => `${cell} ${door}`), [
    "11 open",
    "11 closed",
    "12 open",
    "12 closed",
  ]);
});

test("ControllerDoors takes gaps, and acknowledges again what it has", async () => {
  const rig = new Rig(10);
  rig.hear(event(5), event(10));
  deepEqual([acks(rig), rig.storing], [[10, 10], []]);
  rig.hear(event(20), event(20), event(21), event(20));
  rig.storing[0]?.done();
  await until(() => rig.storing.length === 2);
  rig.storing[1]?.done();
  await acknowledged(rig, 21);
  deepEqual([batch(rig, 0), batch(rig, 1)], [[20], [21]]);
  rig.hear(event(20));
  deepEqual(acks(rig), [10, 10, 20, 21, 21]);
  equal(rig.storing.length, 2);
  equal(rig.seen.length, 2);
});

test("ControllerDoors tries again, with all events, while the database is unavailable", async () => {
  const rig = new Rig();
  rig.hear(event(1, { ago: 0 }));
  rig.storing[0]?.fail();
  await until(() => rig.controller.wakeAt === CONTROLLER.storeRetryMs);
  rig.pass(CONTROLLER.storeRetryMs - 1);
  rig.hear(event(2, { door: "closed" }), event(1));
  equal(rig.storing.length, 1, "it pauses");
  rig.pass(1);
  deepEqual(batch(rig, 1), [1, 2]);
  deepEqual(rig.storing[1]?.moves[0], rig.storing[0]?.moves[0], "the time at which it happened stays");
  rig.storing[1]?.fail();
  await until(() => rig.controller.wakeAt === 2 * CONTROLLER.storeRetryMs);
  deepEqual([acks(rig), rig.seen, rig.closed], [[], [], undefined]);
  rig.pass(CONTROLLER.storeRetryMs);
  rig.storing[2]?.done();
  await acknowledged(rig, 2);
  deepEqual(acks(rig), [2]);
  equal(rig.seen.length, 2);
});

test("ControllerDoors closes a connection with more unacknowledged events than the protocol allows", () => {
  const rig = new Rig();
  const { unacknowledgedMax } = CONTROLLER;
  for (let seq = 1; seq <= unacknowledgedMax; seq++) rig.hear(event(seq), event(seq));
  equal(rig.closed, undefined, "what comes twice counts once");
  rig.hear(event(unacknowledgedMax + 1));
  equal(rig.closed, "protocol-violated");
  match(`${rig.why}`, /not acknowledged/);
});

test("ControllerDoors reports nothing any more once the connection is gone", async () => {
  for (const end of ["done", "fail"] as const) {
    const rig = new Rig();
    rig.hear(event(1), event(2));
    rig.controller.close();
    rig.storing[0]?.[end]();
    // Another rig, which is as quick, shows that this one had its time.
    const other = new Rig();
    other.hear(event(1));
    other.storing[0]?.done();
    await acknowledged(other, 1);
    rig.pass(10 * CONTROLLER.storeRetryMs);
    deepEqual([acks(rig), rig.seen, rig.storing.length], [[], [], 1]);
  }
});

test("ControllerDoors acknowledges an event of a lock without a cell, and does not report it", async () => {
  const rig = new Rig();
  rig.hear(event(1, { lock: 7 }));
  equal(rig.storing[0]?.moves[0]?.cell, 0);
  rig.storing[0]?.done();
  await acknowledged(rig, 1);
  deepEqual([rig.seen, rig.controller.doors.size], [[], 0]);
});

test("ControllerDoors keeps the time of an event within what a clock can show", () => {
  const rig = new Rig();
  rig.hear(event(1, { ago: Number.MAX_SAFE_INTEGER }));
  equal(rig.storing[0]?.moves[0]?.at, 0);
});

test("ControllerDoors reports of events before the connection only what commands opened", async () => {
  const rig = new Rig();
  rig.now = 100;
  rig.hear(
    event(1, { ago: 60_000 }),
    event(2, { ago: 50_000, door: "closed" }),
    event(3, { ago: 40_000, lock: 2, command: COMMAND }),
    event(4, { ago: 30_000, lock: 2, door: "closed", command: COMMAND }),
  );
  rig.storing[0]?.done();
  await until(() => rig.storing.length === 2);
  rig.storing[1]?.done();
  await acknowledged(rig, 4);
  deepEqual(rig.seen, [{ cell: 12, door: "open", command: COMMAND }]);
  rig.hear({ type: "doors", doors: "cc" });
  deepEqual(rig.seen.slice(1), [
    { cell: 11, door: "closed", how: "found" },
    { cell: 12, door: "closed", how: "found" },
  ]);
});

test("ControllerDoors finds doors elsewhere than events left them, and only those", async () => {
  const rig = new Rig();
  rig.hear({ type: "doors", doors: "ococuccc" });
  deepEqual(rig.moved.map(({ cell, door, how }) => `${cell} ${door} ${how}`), [
    "11 open found",
    "12 closed found",
    "13 open found",
    "14 closed found",
    "16 closed found",
  ]);
  deepEqual(rig.seen, rig.moved);
  rig.moved.length = 0;
  rig.hear({ type: "doors", doors: "ococuccc" });
  rig.hear({ type: "doors", doors: "oco" });
  deepEqual(rig.moved, []);
  rig.now = 1_000;
  rig.hear(event(1, { door: "closed" }));
  rig.storing[0]?.done();
  await acknowledged(rig, 1);
  rig.hear({ type: "doors", doors: "ccuouc" });
  deepEqual(rig.moved, [
    { cell: 13, door: "unknown", how: "found" },
    { cell: 14, door: "open", how: "found" },
  ]);
  deepEqual(rig.controller.doors, new Map([[11, "closed"], [12, "closed"], [14, "open"], [16, "closed"]]));
});

test("ControllerDoors compares a list once earlier events are stored, with later ones taken in", async () => {
  const rig = new Rig();
  rig.now = 1_000;
  rig.hear(event(1), { type: "doors", doors: "oc" }, event(2, { lock: 2 }));
  deepEqual(rig.seen, []);
  rig.storing[0]?.done();
  await until(() => rig.storing.length === 2);
  deepEqual(rig.seen, [{ cell: 11, door: "open", command: undefined }]);
  rig.storing[1]?.done();
  await acknowledged(rig, 2);
  deepEqual(rig.seen.slice(1), [{ cell: 12, door: "open", command: undefined }]);
  deepEqual(rig.moved, [], "nothing moved that no event tells");
});
