/**
 * Unsolicited frames of boards.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { BUS, COMMAND } from "../../lib/limits.ts";
import { Rig, test } from "../../../testing/rigs/bus.ts";

const OPEN_7 = "8A 01 07 11 9D";
const REPORTED_7 = { open: "82 01 07 00 84", closed: "82 01 07 11 95" } as const;
const READ_7 = { open: "80 01 07 00 86", closed: "80 01 07 11 97" } as const;

test("SerialBus does not take an unsolicited answer to an open for an opening", () => {
  const rig = new Rig().settle();
  rig.open("a", 7);
  rig.hear("8A 01 07 00 8C");
  rig.pass(100);
  rig.hear(READ_7.closed);
  // An unsolicited frame about one lock could be the beginning of a whole board's.
  rig.pass(BUS.longerMs + BUS.bounceMs);
  const moves = rig.changes.length;
  rig.hear("8A 01 07 00 8C");
  rig.pass(BUS.bounceMs);
  deepEqual(rig.changes.slice(moves), []);
  deepEqual(rig.bus.doors.get(7), "closed");
});

test("SerialBus does not attribute a report to a command that may be younger, and reads the door", () => {
  const rig = new Rig().settle();
  rig.pass(1);
  rig.open("a", 7);
  rig.pass(300);
  rig.hear("82 01 08 11 9A");
  rig.pass(BUS.confirmMs);
  deepEqual(rig.ended.get("a"), { state: "unconfirmed", reason: "no-reply" });
  rig.pass(20_000);
  const moves = rig.changes.length;
  rig.written.length = 0;
  rig.hear(REPORTED_7.open);
  rig.pass(0);
  deepEqual(rig.changes.slice(moves), [], "it may have been under way since before the pulse");
  deepEqual(rig.written, ["80 01 07 33 B5"]);
  rig.hear(READ_7.open);
  deepEqual(rig.changes.slice(moves), [{ cell: 7, door: "open", command: "a" }]);
});

test("SerialBus says that a command in doubt opened the door for as long as it may be settled, and no other", () => {
  for (
    const [isInDoubt, afterMs, command] of [[true, COMMAND.settleMs - 60_000, "a"], [
      false,
      60_000,
      undefined,
    ]]
  ) {
    const rig = new Rig().settle();
    rig.pass(1);
    rig.open("a", 7);
    rig.hear(isInDoubt ? "82 01 08 11 9A" : "8A 01 07 11 9D");
    while (!rig.ended.has("a")) {
      rig.pass(BUS.confirmGapMs);
      rig.hear(isInDoubt ? "82 01 08 11 9A" : READ_7.closed);
    }
    rig.pass(afterMs as number);
    rig.changes.length = 0;
    rig.hear("80 01 FF FF BF 33 0D");
    rig.pass(0);
    const read = rig.written.at(-1) === "80 01 00 33 B2" ? "80 01 FF FF BF 33 0D" : READ_7.open;
    rig.hear(read);
    rig.pass(BUS.bounceMs);
    equal(rig.changes.find(({ cell, door }) => cell === 7 && door === "open")?.command, command);
  }
});

test("SerialBus tells a move that a board reports once the switch stays there", () => {
  const rig = new Rig().settle();
  rig.hear(REPORTED_7.open);
  rig.pass(20);
  rig.hear(REPORTED_7.closed);
  rig.pass(BUS.bounceMs);
  deepEqual(rig.changes, [], "it bounced");
  rig.hear(REPORTED_7.open);
  rig.pass(BUS.bounceMs - 1);
  deepEqual(rig.changes, []);
  rig.pass(1);
  deepEqual(rig.changes, [{ cell: 7, door: "open" }]);
});

const DOOR_7_OPEN = "80 01 FF FF BF 33 0D";

/** The board leaves reads unanswered until its doors count as unknown. */
function fallSilent(rig: Rig): void {
  while (rig.bus.doors.size > 0) rig.pass(1_000);
  rig.changes.length = 0;
}

/** The board is read, and answers. */
function answerNext(rig: Rig, reading: string): void {
  const written = rig.written.length;
  while (rig.written.length === written) rig.pass(1_000);
  rig.hear(reading);
}

test("SerialBus tells a reported opening of a door that stood open before its board fell silent", () => {
  const rig = new Rig().settle();
  answerNext(rig, DOOR_7_OPEN);
  fallSilent(rig);
  answerNext(rig, "80 01 FF FF FF 33 4D");
  rig.changes.length = 0;
  rig.hear(REPORTED_7.open);
  rig.pass(BUS.bounceMs);
  deepEqual(rig.changes, [{ cell: 7, door: "open" }]);
});

test("SerialBus reports a door that a silent board reports where it was before", () => {
  const rig = new Rig().settle();
  answerNext(rig, DOOR_7_OPEN);
  fallSilent(rig);
  rig.hear(REPORTED_7.open);
  rig.pass(BUS.bounceMs);
  deepEqual(rig.changes, [{ cell: 7, door: "open", how: "found" }]);
});

test("SerialBus believes the reading of a door of which nothing was known, and not the report before it", () => {
  const rig = new Rig().settle();
  fallSilent(rig);
  rig.hear(REPORTED_7.open);
  rig.bus.probe(rig.now, { again: true });
  rig.hear("80 01 FF FF FF 33 4D");
  rig.pass(BUS.bounceMs);
  equal(rig.bus.doors.get(7), "closed");
});

const untilItIsTold: Record<string, (rig: Rig) => void> = {
  "has rested": (rig) => rig.pass(BUS.bounceMs),
  "is answered open": (rig) => rig.hear("8A 01 07 00 8C"),
};
for (const [what, happens] of Object.entries(untilItIsTold)) {
  test(`SerialBus gives no command an opening that was reported before its pulse, when the door ${what}`, () => {
    const rig = new Rig().settle();
    rig.pass(1);
    rig.hear(REPORTED_7.open);
    rig.pass(100);
    rig.open("a", 7);
    equal(rig.written.at(-1), OPEN_7);
    happens(rig);
    deepEqual(rig.changes, [{ cell: 7, door: "open" }]);
  });
}

test("SerialBus reports few moves of a switch that flutters, that it flutters, and where it rests", () => {
  for (const everyMs of [100, 400, 2_000]) {
    const rig = new Rig().settle();
    const flips = 300_000 / everyMs;
    for (let n = 0; n < flips; n++) {
      rig.hear(n % 2 === 0 ? REPORTED_7.open : REPORTED_7.closed);
      rig.pass(everyMs);
    }
    const told = rig.changes.filter(({ cell }) => cell === 7).length;
    equal(told <= 2 * BUS.movesMax, true, `${told} moves told at ${everyMs} ms`);
    const said = rig.fluttering.length;
    equal(said >= 4 && said <= 6 && rig.fluttering.every((cell) => cell === 7), true, `said ${said} times`);
    rig.hear(REPORTED_7.open);
    rig.pass(BUS.stillMs);
    equal(rig.bus.doors.get(7), "open");
    rig.pass(60_000);
    equal(rig.fluttering.length, said, "it rests");
  }
});

test("SerialBus goes on telling the moves of other doors while one flutters", () => {
  const rig = new Rig().settle();
  for (let n = 0; n < 100; n++) {
    rig.hear(n % 2 === 0 ? REPORTED_7.open : REPORTED_7.closed);
    rig.pass(100);
  }
  rig.hear("82 01 08 00 8B");
  rig.pass(BUS.bounceMs);
  deepEqual(rig.changes.filter(({ cell }) => cell === 8), [{ cell: 8, door: "open" }]);
});

test("SerialBus opens a door whose switch flutters, and says what readings show", () => {
  const rig = new Rig().settle();
  for (let n = 0; n < 100; n++) {
    rig.hear(n % 2 === 0 ? REPORTED_7.open : REPORTED_7.closed);
    rig.pass(100);
  }
  rig.open("a", 7);
  equal(rig.written.at(-1), OPEN_7);
  rig.hear("8A 01 07 00 8C");
  deepEqual(rig.ended.get("a"), { state: "opened" });
});
