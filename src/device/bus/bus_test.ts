import { deepEqual, equal } from "node:assert/strict";
import { BUS } from "../../lib/limits.ts";
import { ALL_CLOSED, hex, Rig, test } from "../../../testing/rigs/bus.ts";

test("SerialBus reads the doors when it begins and tells where they are", () => {
  const rig = new Rig();
  rig.bus.tick(0);
  deepEqual(rig.written, ["80 01 00 33 B2"]);
  rig.hear("80 01 FF FF BF 33 0D");
  equal(rig.changes.length, 24);
  deepEqual(rig.changes.filter(({ door }) => door === "open"), [{ cell: 7, door: "open", how: "found" }]);
});

test("SerialBus opens once the open is on disk, and not before", () => {
  const rig = new Rig().settle();
  rig.permits = false;
  rig.open("a", 7);
  deepEqual(rig.written, []);
  rig.grant();
  deepEqual(rig.written, ["8A 01 07 11 9D"]);
  rig.hear("8A 01 07 00 8C");
  deepEqual(rig.ended.get("a"), { state: "opened" });
  deepEqual(rig.changes, [{ cell: 7, door: "open", command: "a" }]);
});

test("SerialBus refuses opens that may not be sent, that come too late and that are too many", () => {
  const rig = new Rig().settle();
  rig.permits = false;
  rig.open("forbidden", 1);
  rig.grant(false);
  deepEqual(rig.ended.get("forbidden"), { state: "refused", reason: "unavailable" });
  rig.open("slow", 2, 100);
  rig.now += 200;
  rig.grant();
  deepEqual(rig.ended.get("slow"), { state: "refused", reason: "expired" });
  for (let i = 0; i <= BUS.queueMax + 1; i++) rig.open(`many-${i}`, 3);
  deepEqual(rig.ended.get(`many-${BUS.queueMax + 1}`), { state: "refused", reason: "busy" });
  deepEqual(rig.written, []);
});

test("SerialBus says of an open by when its bytes have to be sent, and of nothing else", () => {
  const rig = new Rig().settle();
  rig.now = 500;
  rig.open("a", 1);
  equal(rig.leaveBy, 4_500);
  rig.hear("8A 01 01 00 8A");
  rig.pass(BUS.openDoorPollMs);
  deepEqual([rig.written.at(-1), rig.leaveBy], ["80 01 00 33 B2", undefined]);
});

test("SerialBus lets one request be unanswered at a time", () => {
  const rig = new Rig().settle();
  rig.open("a", 1);
  rig.open("b", 2);
  deepEqual(rig.written, ["8A 01 01 11 9B"]);
  rig.hear("8A 01 01 00 8A");
  deepEqual(rig.written, ["8A 01 01 11 9B", "8A 01 02 11 98"]);
});

test("SerialBus drops an open whose time passed while it waited, without a byte", () => {
  const rig = new Rig().settle();
  rig.open("a", 1);
  rig.open("b", 2, 1_000);
  rig.pass(1_001);
  deepEqual(rig.ended.get("b"), { state: "refused", reason: "expired" });
  rig.hear("8A 01 01 00 8A");
  equal(rig.written.filter((frame) => frame.startsWith("8A")).length, 1);
});

test("SerialBus keeps quiet after a silence, then reads the door, and never pulses again", () => {
  const rig = new Rig().settle();
  rig.open("a", 7);
  rig.pass(BUS.replyMs + BUS.quietMs - 1);
  deepEqual(rig.written, ["8A 01 07 11 9D"]);
  rig.pass(1);
  deepEqual(rig.written, ["8A 01 07 11 9D", "80 01 07 33 B5"]);
  rig.hear("80 01 07 00 86");
  deepEqual(rig.ended.get("a"), { state: "opened" });
});

test("SerialBus gives an open up when its time is over, and says what is known of it", () => {
  const silent = new Rig().settle();
  silent.open("a", 7);
  silent.pass(BUS.confirmMs);
  deepEqual(silent.ended.get("a"), { state: "unconfirmed", reason: "no-reply" });

  const answered = new Rig({ wiring: "short-when-open" }).settle();
  answered.open("a", 7);
  answered.hear("8A 01 07 11 9D");
  answered.pass(BUS.confirmMs);
  deepEqual(answered.ended.get("a"), { state: "unconfirmed", reason: "not-seen" });
  equal(answered.written.filter((frame) => frame.startsWith("8A")).length, 1);
});

test("SerialBus reports what a door was opened by", () => {
  const rig = new Rig().settle();
  rig.hear("82 01 03 00 80");
  rig.pass(BUS.bounceMs);
  rig.open("a", 5);
  rig.hear("8A 01 05 11 9F");
  rig.pass(BUS.confirmGapMs);
  rig.hear("80 01 05 11 95");
  deepEqual(rig.ended.get("a"), { state: "failed", reason: "did-not-open" });
  rig.hear("82 01 05 00 86");
  rig.pass(BUS.bounceMs);
  rig.bus.raw(hex("8A 01 04 11 9E"), rig.now);
  rig.hear("8A 01 04 00 8F");
  deepEqual(rig.changes, [
    { cell: 3, door: "open" },
    { cell: 5, door: "open", command: "a" },
    { cell: 4, door: "open", how: "raw" },
  ]);
});

test("SerialBus follows an open door until it is closed, then reads seldom", () => {
  const rig = new Rig().settle();
  rig.open("a", 7);
  rig.hear("8A 01 07 00 8C");
  rig.written.length = 0;
  rig.pass(BUS.openDoorPollMs);
  deepEqual(rig.written, ["80 01 00 33 B2"]);
  rig.hear(ALL_CLOSED);
  deepEqual(rig.changes.at(-1), { cell: 7, door: "closed" });
  rig.pass(BUS.openDoorPollMs);
  rig.hear(ALL_CLOSED);
  rig.written.length = 0;
  rig.pass(BUS.idlePollMs - BUS.openDoorPollMs);
  equal(rig.written.length <= 1, true);
});

test("SerialBus asks a silent board less and less often, and calls its doors unknown", () => {
  const rig = new Rig({}, 2);
  rig.bus.tick(0);
  rig.hear(ALL_CLOSED);
  const readsOf = (board: string) => rig.written.filter((frame) => frame.startsWith(`80 ${board}`)).length;
  rig.pass(10 * 60_000);
  equal(rig.changes.some(({ cell, door }) => cell > 24 && door !== "unknown"), false);
  equal(readsOf("02") < 30, true, `${readsOf("02")} reads`);
  rig.hear("82 01 07 00 84");
  rig.pass(BUS.bounceMs);
  deepEqual(rig.changes.at(-1), { cell: 7, door: "open", how: "found" });
});

test("SerialBus lets the operator's bytes out between requests and leaves room for the answer", () => {
  const rig = new Rig().settle();
  rig.open("a", 7);
  equal(rig.bus.raw(hex("80 01 00 99 18"), rig.now), true);
  deepEqual(rig.written, ["8A 01 07 11 9D"]);
  rig.hear("8A 01 07 00 8C");
  deepEqual(rig.written, ["8A 01 07 11 9D", "80 01 00 99 18"]);
  rig.open("b", 8);
  equal(rig.written.length, 2);
  rig.pass(BUS.rawHoldMs);
  equal(rig.written.at(-1), "8A 01 08 11 92");
});

test("SerialBus ends everything that it holds when the connection is gone", () => {
  const rig = new Rig().settle();
  rig.open("sent", 1);
  rig.permits = false;
  rig.open("waiting", 2);
  rig.bus.close();
  deepEqual(rig.ended.get("sent"), { state: "unconfirmed", reason: "link-lost" });
  deepEqual(rig.ended.get("waiting"), { state: "refused", reason: "offline" });
  rig.grant();
  equal(rig.written.length, 1);
});

test("SerialBus never sends a pulse twice, never one late, and ends every open once, whatever happens", () => {
  for (let seed = 1; seed <= 300; seed++) {
    let state = seed;
    const random = (below: number) => {
      state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
      return Math.floor(state / 2 ** 32 * below);
    };
    const rig = new Rig({ localEcho: random(2) === 0 });
    rig.permits = false;
    const replies = [
      "8A 01 01 00 8A",
      "8A 01 01 11 9B",
      "80 01 01 00 80",
      "80 01 01 11 91",
      "8A",
      "FE",
      "80 01 FF FF FF 33 4D",
    ];
    let taps = 0;
    for (let step = 0; step < 200; step++) {
      const dice = random(5);
      if (dice === 0) rig.open(`${taps++}`, 1, 1 + random(4_000));
      if (dice === 1) rig.grant(random(10) > 0);
      if (dice === 2) rig.hear(replies[random(replies.length)] as string);
      if (dice >= 3) rig.pass(random(1_500));
    }
    rig.pass(20_000);
    rig.grant();
    rig.pass(60_000);
    equal(rig.ended.size, taps, `seed ${seed}`);
    const pulses = rig.written.filter((frame) => frame.startsWith("8A")).length;
    const sent = [...rig.ended.values()].filter(({ state }) => state !== "refused").length;
    equal(pulses, sent, `seed ${seed}`);
  }
});
