/**
 * What a bus sends into a line that may be dead.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { familyNamed } from "../../boards/mod.ts";
import { BUS } from "../../lib/limits.ts";
import { ALL_CLOSED, hex, Rig, test } from "../../../testing/rigs/bus.ts";
import { LockLayout } from "../cabinet.ts";

const READ_ALL = "80 01 00 33 B2";
const OPEN_7 = "8A 01 07 11 9D";
const OPENED_7 = "8A 01 07 00 8C";

/** A bus whose board has answered once, and on which nothing was received for so long. */
function silentRig(silentMs: number): Rig {
  const rig = new Rig().settle();
  rig.pass(silentMs);
  rig.written.length = 0;
  return rig;
}

test("SerialBus opens at once on a line that was heard lately, and probes one that was not", () => {
  const fresh = silentRig(BUS.freshMs);
  fresh.open("a", 7);
  deepEqual(fresh.written, [OPEN_7]);
  const stale = silentRig(BUS.freshMs + 1);
  stale.open("a", 7);
  deepEqual(stale.written, [READ_ALL]);
  stale.hear(ALL_CLOSED);
  deepEqual(stale.written, [READ_ALL, OPEN_7]);
  stale.hear(OPENED_7);
  deepEqual(stale.ended.get("a"), { state: "opened" });
});

test("SerialBus sends the open when anything comes over the probed line: a heartbeat, another board, noise", () => {
  for (const heard of ["FE", "80 02 FF FF FF 33 4E", "00"]) {
    const rig = new Rig({ heartbeat: hex("FE") }).settle();
    rig.pass(BUS.freshMs + 1);
    rig.written.length = 0;
    rig.open("a", 7);
    rig.hear(heard);
    rig.pass(BUS.readReplyMs + BUS.readQuietMs);
    deepEqual(rig.written, [READ_ALL, OPEN_7], heard);
  }
});

test("SerialBus refuses opens that wait on a dead line as offline, sends nothing, and closes the connection", () => {
  const rig = silentRig(BUS.freshMs + 1);
  for (const [id, cell] of [["a", 7], ["b", 8]] as const) rig.open(id, cell);
  rig.pass(3_999);
  deepEqual(rig.ended.get("a"), { state: "refused", reason: "offline" });
  deepEqual(rig.ended.get("b"), { state: "refused", reason: "offline" });
  equal(rig.written.some((frame) => frame.startsWith("8A")), false);
  equal(rig.closed, "silent");
});

test("SerialBus still probes a line on which boards fell silent together with everything else", () => {
  const rig = new Rig().settle();
  rig.pass(BUS.idlePollMs + 2 * BUS.silentRetryMs + 3 * BUS.readReplyMs);
  equal(rig.bus.doors.size, 0, "the board counts as silent");
  rig.written.length = 0;
  rig.open("a", 7);
  rig.pass(3_999);
  deepEqual([rig.ended.get("a"), rig.closed], [{ state: "refused", reason: "offline" }, "silent"]);
  equal(rig.written.some((frame) => frame.startsWith("8A")), false);
});

test("SerialBus opens as ever where boards are off, or cannot be read", () => {
  const off = new Rig();
  off.pass(10 * 60_000);
  off.written.length = 0;
  off.open("a", 7);
  deepEqual(off.written, [OPEN_7]);
  const layout = new LockLayout([{ cell: 7, board: 1, channel: 7 }], 1);
  const lcus = new Rig({ family: familyNamed("lcus"), layout });
  lcus.pass(10 * 60_000);
  lcus.written.length = 0;
  lcus.open("a", 7);
  deepEqual(lcus.written, ["A0 07 01 A8"]);
  lcus.pass(10_000);
  deepEqual([off.closed, lcus.closed, lcus.ended.get("a")], [undefined, undefined, { state: "accepted" }]);
});

test("SerialBus closes a connection whose board answered before and is silent from the pulse to the end", () => {
  const dead = silentRig(0);
  dead.open("a", 7);
  dead.pass(BUS.confirmMs - 1);
  deepEqual([dead.ended.size, dead.closed], [0, undefined]);
  dead.pass(1);
  deepEqual([dead.ended.get("a"), dead.closed], [{ state: "unconfirmed", reason: "no-reply" }, "silent"]);
  const beating = new Rig({ heartbeat: hex("FE") }).settle();
  beating.open("a", 7);
  beating.pass(1_000);
  beating.hear("FE");
  beating.pass(BUS.confirmMs);
  deepEqual(beating.ended.get("a"), { state: "unconfirmed", reason: "no-reply" });
  equal(beating.closed, undefined, "a heartbeat came, so only the board is off");
});

test("SerialBus.probeIfQuiet() probes a line that was not heard just now, so that an open need not wait", () => {
  const rig = silentRig(BUS.freshMs + 1);
  rig.bus.probeIfQuiet(rig.now);
  deepEqual(rig.written, [READ_ALL]);
  rig.hear(ALL_CLOSED);
  rig.bus.probeIfQuiet(rig.now);
  deepEqual(rig.written, [READ_ALL], "it was heard just now");
  rig.pass(3_000);
  rig.open("a", 7);
  deepEqual(rig.written, [READ_ALL, OPEN_7]);
});

test("SerialBus.queryDoor() reads the door anew, and takes no answer to an earlier read", () => {
  const rig = silentRig(0);
  const seen: (string | undefined)[] = [];
  rig.pass(BUS.idlePollMs);
  deepEqual(rig.written, [READ_ALL]);
  const lock = { board: 1, channel: 7 };
  rig.now += 1;
  rig.bus.queryDoor(
    { lock, deadline: rig.now + BUS.doorQueryMs, done: (at) => seen.push(at?.door) },
    rig.now,
  );
  rig.hear("80 01 FF FF BF 33 0D");
  deepEqual(seen, [], "the reading was asked for before");
  rig.pass(0);
  equal(rig.written.at(-1), "80 01 07 33 B5");
  rig.hear("80 01 07 11 97");
  deepEqual(seen, ["closed"]);
});

test("SerialBus.queryDoor() is given up when no board answers, when too many wait, and when the connection ends", () => {
  const rig = silentRig(0);
  const seen: (string | undefined)[] = [];
  const look = () =>
    rig.bus.queryDoor({
      lock: { board: 1, channel: 7 },
      deadline: rig.now + BUS.doorQueryMs,
      done: (at) => seen.push(at?.door),
    }, rig.now);
  look();
  rig.pass(BUS.doorQueryMs);
  deepEqual(seen, [undefined]);
  for (let n = 0; n <= BUS.doorQueriesMax; n++) look();
  deepEqual(seen, [undefined, undefined]);
  rig.bus.close();
  equal(seen.length, BUS.doorQueriesMax + 2);
});

test("SerialBus.queryDoor() says which command opened the door", () => {
  const rig = silentRig(0);
  rig.open("a", 7);
  rig.hear(OPENED_7);
  const seen: unknown[] = [];
  const look = () =>
    rig.bus.queryDoor({
      lock: { board: 1, channel: 7 },
      deadline: rig.now + BUS.doorQueryMs,
      done: (at) => seen.push(at),
    }, rig.now);
  look();
  rig.hear("80 01 07 00 86");
  look();
  rig.hear("80 01 07 11 97");
  deepEqual(seen, [{ door: "open", command: "a" }, { door: "closed", command: undefined }]);
});
