import { deepEqual, equal } from "node:assert/strict";
import { familyNamed } from "../../boards/mod.ts";
import { BUS } from "../../lib/limits.ts";
import { hex, Rig, test } from "../../../testing/rigs/bus.ts";
import { LockLayout } from "../cabinet.ts";

test("SerialBus takes 'did not open' for failed when the door reads shut, for opened when it reads open", () => {
  for (const [reading, state] of [["80 01 07 11 97", "failed"], ["80 01 07 00 86", "opened"]] as const) {
    const rig = new Rig().settle();
    rig.open("a", 7);
    rig.hear("8A 01 07 11 9D");
    equal(rig.ended.size, 0, "it is the request byte for byte: it could be an echo");
    rig.pass(BUS.confirmGapMs);
    rig.hear(reading);
    equal(rig.ended.get("a")?.state, state);
  }
});

test("SerialBus takes a late reply for evidence", () => {
  const rig = new Rig().settle();
  rig.open("a", 7);
  rig.pass(BUS.replyMs + 100);
  rig.hear("8A 01 07 00 8C");
  deepEqual(rig.ended.get("a"), { state: "opened" });
});

test("SerialBus reads the door when a board reports it open, or says so unsolicited", () => {
  for (const said of ["82 01 07 00 84", "81 01 07 00 87", "80 01 07 00 86", "80 01 FF FF BF 33 0D"]) {
    for (const [reading, state] of [["80 01 07 00 86", "opened"], ["80 01 07 11 97", undefined]] as const) {
      const rig = new Rig().settle();
      rig.open("a", 7);
      rig.pass(300);
      rig.hear(said);
      // An unsolicited frame about one lock could be the beginning of a whole board's.
      rig.pass(BUS.longerMs);
      equal(rig.ended.size, 0, "it may have been held up on its way");
      rig.pass(BUS.bounceMs);
      equal(rig.written.at(-1), "80 01 07 33 B5", said);
      rig.hear(reading);
      equal(rig.ended.get("a")?.state, state, said);
    }
  }
});

test("SerialBus calls a door that stands open for 1.5 s opened, and not one whose switch bounces", () => {
  for (const [opensFor, state] of [[1_500, "opened"], [20, "failed"]] as const) {
    const rig = new Rig().settle();
    const board = (isOpen: boolean) => rig.hear(isOpen ? "82 01 07 00 84" : "82 01 07 11 95");
    rig.open("a", 7);
    rig.pass(200);
    rig.hear("8A 01 07 11 9D");
    board(true);
    const shutAt = rig.now + opensFor;
    let isShut = false;
    while (!rig.ended.has("a") && rig.now < 6_000) {
      const written = rig.written.length;
      rig.pass(10);
      if (!isShut && rig.now >= shutAt) {
        isShut = true;
        board(false);
      }
      const reads = rig.written.length > written && rig.written.at(-1)?.startsWith("80");
      if (reads) rig.hear(isShut ? "80 01 07 11 97" : "80 01 07 00 86");
    }
    equal(rig.ended.get("a")?.state, state, `open for ${opensFor} ms`);
  }
});

test("SerialBus does not take the answer about another lock for this one's", () => {
  const rig = new Rig().settle();
  rig.open("a", 7);
  rig.hear("8A 01 08 00 83");
  rig.hear("82 01 09 00 8A");
  rig.hear("80 01 0A 00 8B");
  equal(rig.ended.size, 0);
  rig.hear("8A 01 07 00 8C");
  deepEqual(rig.ended.get("a"), { state: "opened" });
});

test("SerialBus takes a late reply for the command that it answers, and not for the next one's", () => {
  const rig = new Rig().settle();
  rig.open("first", 1);
  rig.pass(100);
  rig.hear("FE");
  rig.pass(4_900);
  deepEqual(rig.ended.get("first"), { state: "unconfirmed", reason: "no-reply" });
  rig.open("second", 1);
  rig.pass(1_700);
  equal(rig.written.at(-1), "8A 01 01 11 9B");
  rig.hear("8A 01 01 00 8A");
  equal(rig.ended.has("second"), false, "that was the first one's");
  rig.hear("8A 01 01 11 9B");
  rig.pass(BUS.confirmGapMs);
  equal(rig.written.at(-1), "80 01 01 33 B3");
  rig.hear("80 01 01 11 91");
  deepEqual(rig.ended.get("second"), { state: "failed", reason: "did-not-open" });
});

test("SerialBus does not take a late reading from before an open for evidence of it", () => {
  const rig = new Rig();
  rig.bus.tick(0);
  rig.pass(BUS.readReplyMs + BUS.readQuietMs);
  rig.open("a", 1);
  rig.hear("80 01 FF FF FE 33 4C");
  equal(rig.ended.has("a"), false, "the reading was asked for before the open");
  rig.hear("8A 01 01 00 8A");
  deepEqual(rig.ended.get("a"), { state: "opened" });
});

test("SerialBus does not take late readings for evidence after a network stood still for long", () => {
  const rig = new Rig({
    family: familyNamed("kerong-cu16"),
    layout: new LockLayout([{ cell: 1, board: 1, channel: 1 }], 1),
  });
  const locked = "02 10 35 FF FF 00 00 03 48";
  const unlocked = "02 10 35 FE FF 00 00 03 47";
  rig.bus.tick(0);
  rig.hear(locked);
  rig.written.length = 0;
  rig.pass(BUS.idlePollMs + BUS.lateMs + 1_000);
  const reads = rig.written.length;
  equal(reads >= 2, true);
  rig.open("a", 1);
  rig.pass(BUS.unansweredMs);
  for (let n = 0; n < reads; n++) rig.hear(unlocked);
  equal(rig.ended.has("a"), false, "they were asked for before the open");
  while (!rig.ended.has("a")) {
    const written = rig.written.length;
    rig.pass(BUS.confirmGapMs);
    if (rig.written.length > written) rig.hear(unlocked);
  }
  deepEqual(rig.ended.get("a"), { state: "opened" });
});

const PING = new TextEncoder().encode("PING");
const UNLOCKED = hex("02 10 35 FE FF 00 00 03 47");
const afterAStandstill: Record<string, (rig: Rig) => void> = {
  "a heartbeat, and one behind it": (rig) => {
    rig.hear(PING);
    rig.pass(20);
    rig.hear(UNLOCKED);
  },
  "two of them in two packets": (rig) => {
    rig.hear(UNLOCKED);
    rig.pass(20);
    rig.hear(UNLOCKED);
  },
  "one of them cut in two": (rig) => {
    rig.hear(UNLOCKED.subarray(0, 4));
    rig.pass(20);
    rig.hear(UNLOCKED.subarray(4));
  },
};
for (const [what, comes] of Object.entries(afterAStandstill)) {
  test(`SerialBus takes no late reading for evidence when a standstill ends with ${what}`, () => {
    const rig = new Rig({
      family: familyNamed("kerong-cu16"),
      heartbeat: PING,
      layout: new LockLayout([{ cell: 1, board: 1, channel: 1 }], 1),
    });
    rig.bus.tick(0);
    rig.hear(UNLOCKED);
    // Two reads of the open door get no answer. The last bytes received are still fresh enough for an open.
    const secondReadAt = BUS.openDoorPollMs + BUS.readReplyMs + BUS.readQuietMs;
    rig.pass(BUS.freshMs - 1_800);
    rig.open("a", 1);
    rig.pass(secondReadAt + BUS.lateMs + 10 - rig.now);
    comes(rig);
    equal(rig.ended.has("a"), false, "they were asked for before the open");
    rig.hear(UNLOCKED);
    rig.hear(UNLOCKED);
    deepEqual(rig.ended.get("a"), { state: "opened" });
  });
}

test("SerialBus takes no echo of a read for the doors of a smaller board", () => {
  for (const localEcho of [true, false]) {
    const rig = new Rig({ localEcho }).settle();
    const moved = rig.changes.length;
    rig.open("a", 1);
    rig.pass(BUS.replyMs + BUS.quietMs);
    equal(rig.written.at(-1), "80 01 01 33 B3");
    rig.pass(BUS.readReplyMs);
    rig.hear("80 01 01 33 B3");
    rig.open("b", 5);
    rig.hear("80 01 01 33 B3 80 01 00 33 B2");
    deepEqual([rig.changes.length - moved, rig.ended.has("b")], [0, false]);
  }
});

test("SerialBus takes a refusal that names no lock for that of the only open that it can be about", () => {
  const rig = new Rig({ family: familyNamed("modbus"), feedback: false });
  rig.bus.tick(0);
  rig.hear("01 05 00 FF 00 00 FD FA");
  rig.pass(BUS.readReplyMs + BUS.readQuietMs);
  rig.open("first", 1);
  rig.pass(BUS.replyMs + BUS.quietMs);
  rig.open("second", 2);
  const open = rig.written.at(-1) ?? "";
  equal(open.startsWith("01 05 02 01"), true);
  rig.hear("01 85 02 C3 51");
  equal(rig.ended.has("second"), false);
  rig.hear(open);
  deepEqual(rig.ended.get("second"), { state: "accepted" });
  // With no other request outstanding it is clear which lock the answer is about.
  rig.open("third", 3);
  rig.pass(BUS.confirmGapMs);
  rig.hear("01 85 02 C3 51");
  deepEqual(rig.ended.get("third"), { state: "failed", reason: "did-not-open" });
});

/** A bus with one Dingchang board whose answers about one lock do not name it. */
function rigWithoutLockNumbers(): Rig {
  const cells = [1, 2, 3].map((channel) => ({ cell: channel, board: 1, channel }));
  const rig = new Rig({
    family: familyNamed("dc"),
    wiring: "short-when-open",
    layout: new LockLayout(cells, 1),
  });
  rig.bus.tick(0);
  rig.hear("DC FE 01 12 01 00 14");
  rig.written.length = 0;
  return rig;
}

test("SerialBus takes an answer that names no lock for that of the lock that was asked for", () => {
  const rig = rigWithoutLockNumbers();
  rig.open("a", 2);
  rig.hear("DC FE 01 10 01 01 13");
  deepEqual(rig.ended.get("a"), { state: "opened" });
  deepEqual(rig.changes.at(-1), { cell: 2, door: "open", command: "a" });

  rig.open("b", 3);
  rig.hear("DC FE 01 10 01 00 12");
  equal(rig.ended.has("b"), false);
  for (let looks = 0; looks < 5 && !rig.ended.has("b"); looks++) {
    equal(rig.written.at(-1), "DC 02 01 11 01 03 16");
    rig.hear("DC FE 01 11 01 00 13");
    rig.pass(BUS.confirmGapMs);
  }
  deepEqual(rig.ended.get("b"), { state: "failed", reason: "did-not-open" });
  equal(rig.written.filter((frame) => frame.startsWith("DC 02 01 10")).length, 2);

  rig.open("late", 1);
  rig.pass(BUS.replyMs + 100);
  rig.hear("DC FE 01 10 01 01 13");
  deepEqual(rig.ended.get("late"), { state: "opened" });
});

test("SerialBus ignores an answer that names no lock where it may be another lock's", () => {
  const rig = rigWithoutLockNumbers();
  rig.open("first", 1);
  rig.open("second", 2, 10_000);
  rig.pass(BUS.replyMs + BUS.quietMs + BUS.readReplyMs + BUS.readQuietMs);
  equal(rig.written.at(-1), "DC 02 01 10 01 02 14");
  rig.hear("DC FE 01 10 01 01 13");
  deepEqual([...rig.ended.keys()], []);
  equal(rig.changes.some(({ door }) => door === "open"), false);

  // The operator's own reading of another lock.
  const other = rigWithoutLockNumbers();
  other.bus.raw(hex("DC 02 01 11 01 03 16"), other.now);
  other.pass(BUS.rawHoldMs);
  other.open("a", 1);
  other.pass(BUS.replyMs + BUS.quietMs);
  equal(other.written.at(-1), "DC 02 01 11 01 01 14");
  other.hear("DC FE 01 11 01 01 14");
  equal(other.ended.has("a"), false, "whose door is open is not known");
});

test("SerialBus ignores an unsolicited answer that names no lock", () => {
  const rig = rigWithoutLockNumbers();
  for (const bytes of ["DC FE 01 10 01 01 13", "DC FE 01 11 01 01 14"]) rig.hear(bytes);
  equal(rig.changes.some(({ door }) => door === "open"), false);
});

test("SerialBus takes the answer to the operator's own open for no other open's", () => {
  const rig = new Rig().settle();
  rig.bus.raw(hex("8A 01 01 11 9B"), rig.now);
  rig.pass(BUS.rawHoldMs);
  rig.open("a", 1);
  rig.hear("8A 01 01 00 8A");
  equal(rig.ended.has("a"), false);
  rig.hear("8A 01 01 00 8A");
  deepEqual(rig.ended.get("a"), { state: "opened" });
});

test("SerialBus reads a door once before the next open, as a board may never answer opens", () => {
  const rig = new Rig({ family: familyNamed("wkly") });
  rig.bus.tick(0);
  rig.pass(BUS.readReplyMs + BUS.readQuietMs);
  for (const [id, cell] of [["a", 1], ["b", 2]] as const) rig.open(id, cell);
  rig.pass(BUS.replyMs + BUS.quietMs);
  equal(rig.written.at(-1), "57 4B 4C 59 09 01 83 01 83");
});

test("SerialBus expects no answer any more to requests that were sent before an answered one", () => {
  const rig = new Rig().settle();
  rig.open("first", 1);
  rig.pass(BUS.replyMs + BUS.quietMs);
  rig.hear("80 01 01 00 80");
  deepEqual(rig.ended.get("first"), { state: "opened" });
  rig.open("second", 1);
  rig.hear("8A 01 01 00 8A");
  deepEqual(rig.ended.get("second"), { state: "opened" });
});

test("SerialBus says accepted where the locks have no switch, and failed where the board says no", () => {
  const rig = new Rig({ feedback: false }).settle();
  rig.open("a", 7);
  rig.hear("8A 01 07 11 9D");
  deepEqual(rig.ended.get("a"), { state: "accepted" });
  rig.pass(60_000);
  deepEqual([rig.changes, rig.bus.doors.size], [[], 0]);
});
