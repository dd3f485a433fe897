import { deepEqual, equal } from "node:assert/strict";
import { board8a, hold, openAll, readAddress } from "./board_8a.ts";
import { found, frame, spaced, test } from "../../testing/rigs/boards.ts";
import type { DecodeContext, DecodedFrame, Frame, SensedDoor } from "./family.ts";

const locked: DecodeContext = { wiring: "short-when-locked" };
const lock = (board: number, channel: number) => ({ board, channel });

/** Every documented frame whose checksum holds, as the service sends it. */
const REQUESTS: readonly (readonly [string, Uint8Array | undefined])[] = [
  ["8A 01 01 11 9B", board8a.open(lock(1, 1)).bytes],
  ["8A 02 0C 11 95", board8a.open(lock(2, 12)).bytes],
  ["8A 01 07 11 9D", board8a.open(lock(1, 7)).bytes],
  ["8A 01 00 11 9A", openAll(1)],
  ["80 01 01 33 B3", board8a.read?.(lock(1, 1)).bytes],
  ["80 01 00 33 B2", board8a.readAll?.(1, 24).bytes],
  ["9A 01 01 11 8B", hold(lock(1, 1), { on: true })],
  // Boards of 36 and of 50 locks, and the last address.
  ["8A 01 24 11 BE", board8a.open(lock(1, 36)).bytes],
  ["8A 01 32 11 A8", board8a.open(lock(1, 50)).bytes],
  ["8A 63 01 11 F9", board8a.open(lock(99, 1)).bytes],
  ["80 01 00 99 18", readAddress().bytes],
];

/** The same for what boards send; `channels` in use where the reply answers a read of the whole board. */
const REPLIES: readonly (readonly [string, Frame])[] = [
  ["8A 01 01 00 8A", { type: "open-reply", lock: lock(1, 1), ok: true, door: "open" }],
  ["8A 01 01 11 9B", { type: "open-reply", lock: lock(1, 1), ok: true, door: "closed" }],
  ["80 01 01 11 91", { type: "door", lock: lock(1, 1), door: "closed" }],
  ["80 01 01 00 80", { type: "door", lock: lock(1, 1), door: "open" }],
  ["82 01 01 11 93", { type: "report", lock: lock(1, 1), door: "closed" }],
  ["81 01 01 00 81", { type: "report", lock: lock(1, 1), door: "open" }],
  ["80 01 05 99 1D", { type: "address", board: 5 }],
  ["8A 63 32 00 DB", { type: "open-reply", lock: lock(99, 50), ok: true, door: "open" }],
];

/** Which doors of a board are open, as its reading of all of them shows, when a short contact means open. */
function openIn(text: string, channels: number, seenBytes?: number): string {
  const context: DecodeContext = {
    wiring: "short-when-open",
    pending: board8a.readAll?.(1, channels),
    readingBytes: () => seenBytes,
  };
  const said = frame(board8a, text, context);
  const doors = said?.type === "doors" ? said.doors : [];
  return doors.flatMap((door, index) => door === "open" ? [index + 1] : []).join(" ");
}

test("board8a encodes every documented request byte for byte", () => {
  for (const [expected, bytes] of REQUESTS) equal(bytes && spaced(bytes), expected);
});

test("board8a.frameAt() reads every documented reply, and none before it is whole", () => {
  for (const [bytes, said] of REPLIES) deepEqual(frame(board8a, bytes), said, bytes);
});

test("board8a.frameAt() inverts the doors in the other wiring", () => {
  const context: DecodeContext = { wiring: "short-when-open" };
  deepEqual(frame(board8a, "8A 01 01 11 9B", context), {
    type: "open-reply",
    lock: lock(1, 1),
    ok: true,
    door: "open",
  });
  deepEqual(frame(board8a, "80 01 01 00 80", context), { type: "door", lock: lock(1, 1), door: "closed" });
});

test("board8a.frameAt() finds locks 1, 9 and 17 closed in the documented read-all reply", () => {
  const closed = new Set([1, 9, 17]);
  const doors = Array.from({ length: 24 }, (_, i): SensedDoor => closed.has(i + 1) ? "closed" : "open");
  for (const pending of [undefined, board8a.readAll?.(1, 24)]) {
    deepEqual(frame(board8a, "80 01 01 01 01 33 B3", { ...locked, pending }), {
      type: "doors",
      board: 1,
      doors,
    });
  }
});

test("board8a.frameAt() takes read-all replies of boards with 8 to 56 locks", () => {
  for (const groups of [1, 2, 3, 4, 5, 6, 7]) {
    const body = [0x80, 1, ...Array.from({ length: groups }, (_, i) => i === groups - 1 ? 0x02 : 0xff), 0x33];
    const reply = Uint8Array.from([...body, body.reduce((xor, byte) => xor ^ byte)]);
    const pending = board8a.readAll?.(1, groups * 8);
    const doors = Array.from(
      { length: groups * 8 },
      (_, i): SensedDoor => i < 8 && i !== 1 ? "open" : "closed",
    );
    deepEqual(
      frame(board8a, spaced(reply), { ...locked, pending }),
      { type: "doors", board: 1, doors },
      `${groups} groups`,
    );
  }
});

test("board8a.frameAt() reads boards of 36 and of 50 locks, whatever they sent before", () => {
  for (const seenBytes of [undefined, 9]) {
    equal(openIn("80 01 08 00 00 00 00 33 BA", 36, seenBytes), "36");
  }
  for (const seenBytes of [undefined, 11]) {
    equal(openIn("80 01 02 00 00 00 00 00 00 33 B0", 50, seenBytes), "50");
  }
});

test("board8a.frameAt() does not take the echo of a read-all request for the reply of a board with 8 locks", () => {
  const pending = board8a.readAll?.(1, 24);
  equal(found(board8a, "80 01 00 33 B2 00 00 00 00 00", { ...locked, pending }), undefined);
});

/** Readings of 24 locks whose first five bytes are a frame of their own. */
const TREACHEROUS = [
  ["80 01 00 00 81 33 33", "1 8"],
  ["80 01 02 00 83 33 33", "1 2 8 18"],
  // About one lock: it is open.
  ["80 01 01 00 80 33 33", "8 17"],
  // Of a board with 8 locks: 1 and 3 are open.
  ["80 01 05 33 B7 33 33", "1 2 3 5 6 8 9 10 13 14 17 19"],
] as const;

test("board8a.frameAt() does not take the beginning of the expected reading for a whole one", () => {
  const wiring = "short-when-open";
  for (const [whole, open] of TREACHEROUS) {
    const beginning = whole.slice(0, 14);
    for (const channels of [8, 24]) {
      const pending = board8a.readAll?.(1, channels);
      const before = found(board8a, beginning, { wiring, pending, readingBytes: () => 7 });
      equal(before, "incomplete", `${beginning}, known to be longer`);
      equal(openIn(whole, channels), open);
      equal(openIn(whole, channels, 7), open);
    }
    const first = found(board8a, beginning, { wiring, pending: board8a.readAll?.(1, 8) });
    equal(first === "incomplete" || first?.mayContinue, true, `${beginning}, never heard before`);
  }
});

test("board8a.frameAt() keeps to the length of a board's earlier readings", () => {
  const pending = board8a.readAll?.(1, 8);
  const reading = "80 01 05 33 B7";
  const ofLock = "80 01 01 00 80";
  const seen = (bytes: number): DecodeContext => ({ ...locked, readingBytes: () => bytes });
  equal((found(board8a, reading, { ...seen(5), pending }) as DecodedFrame).mayContinue, undefined);
  equal(found(board8a, reading, { ...seen(7), pending }), "incomplete");
  equal((found(board8a, ofLock, seen(5)) as DecodedFrame).mayContinue, undefined);
  equal((found(board8a, ofLock, seen(7)) as DecodedFrame).mayContinue, true);
  // A board that was taken for a smaller one.
  equal(openIn("80 01 00 00 81 33 33", 8, 5), "1 8");
});

test("board8a.frameAt() takes a whole reading though only its beginning was understood before", () => {
  const context = { ...locked, pending: board8a.readAll?.(1, 8), readingBytes: () => 5 };
  for (const [whole] of TREACHEROUS) equal((found(board8a, whole, context) as DecodedFrame).length, 7, whole);
  // Two readings of eight locks, one behind the other.
  equal((found(board8a, "80 01 05 33 B7 80 01 04 33 B6", context) as DecodedFrame).length, 5);
});

test("board8a.frameAt() waits for no more behind the reply about the lock that was asked for", () => {
  const pending = board8a.read?.(lock(1, 1));
  const readAll = board8a.readAll?.(1, 24);
  const outstanding = [readAll, pending].filter((one) => one !== undefined);
  const context: DecodeContext = { ...locked, pending, readingBytes: () => 7 };
  const reply = "80 01 01 00 80";
  equal((found(board8a, reply, context) as DecodedFrame).mayContinue, undefined);
  equal(
    (found(board8a, reply, { ...context, outstanding }) as DecodedFrame).mayContinue,
    true,
    "a reading may be late",
  );
  equal((found(board8a, "80 01 02 00 83", context) as DecodedFrame).mayContinue, true, "another lock's");
  const both = found(board8a, `${reply} 80 02 05 33 B4`, { ...context, readingBytes: () => 10 });
  deepEqual(both, { frame: { type: "door", lock: lock(1, 1), door: "open" }, length: 5 }, "two frames");
});

test("board8a.frameAt() takes no lock 0, and none that no board has", () => {
  for (const bytes of ["8A 01 00 00 8B", "8A 01 00 11 9A", "82 01 00 00 83", "8A 01 33 00 B8"]) {
    deepEqual(found(board8a, bytes), { frame: undefined, length: 5 }, bytes);
  }
  for (const bytes of ["80 01 00 00 81 55 55", "80 01 00 11 90 55 55", "80 01 33 00 B2 55 55"]) {
    equal(found(board8a, bytes), undefined, bytes);
  }
});

test("board8a.frameAt() refuses wrong checksums, states and heads", () => {
  for (const bytes of ["8A 01 07 00 8D", "8A 01 07 22 AE", "83 01 07 00 85", "81 01 01 00 80", "FE"]) {
    equal(found(board8a, bytes), undefined, bytes);
  }
  equal(found(board8a, "80 01 01 00 81 00 00"), undefined);
});

test("board8a.frameAt() takes a hold's reply for a frame that says nothing", () => {
  deepEqual(found(board8a, "9A 01 01 11 8B"), { frame: undefined, length: 5 });
});
