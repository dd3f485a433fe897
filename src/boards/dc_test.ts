import { deepEqual, equal } from "node:assert/strict";
import { found, frame, spaced, test } from "../../testing/rigs/boards.ts";
import { dc, openAll, version } from "./dc.ts";
import type { DecodedFrame, SensedDoor } from "./family.ts";

const lock = (board: number, channel: number) => ({ board, channel });
const allClosed = new Array<SensedDoor>(16).fill("closed");

/** Every documented request whose checksum holds. */
const REQUESTS: readonly (readonly [string, Uint8Array | undefined])[] = [
  ["DC 02 01 01 00 02", version(1)],
  ["DC 02 01 10 01 01 13", dc.open(lock(1, 1)).bytes],
  ["DC 02 01 11 01 01 14", dc.read?.(lock(1, 1)).bytes],
  ["DC 02 01 12 00 13", dc.readAll?.(1, 16).bytes],
  ["DC 02 01 14 00 15", openAll(1)],
  // The last lock of the last board.
  ["DC 02 0F 10 01 10 30", dc.open(lock(15, 16)).bytes],
];

/** Every documented reply whose checksum holds, then some that follow from them. */
const REPLIES: readonly (readonly [string, DecodedFrame["frame"]])[] = [
  ["DC FE 01 01 02 01 00 05", undefined],
  ["DC FE 01 10 02 01 01 15", { type: "open-reply", lock: lock(1, 1), ok: true, door: "open" }],
  ["DC FE 01 12 02 00 00 15", { type: "doors", board: 1, doors: allClosed }],
  ["DC FE 01 14 02 0F FF 25", undefined],
  // It failed; the last lock of the last board; one door; locks 1 and 9 of board 2.
  ["DC FE 01 10 02 01 00 14", { type: "open-reply", lock: lock(1, 1), ok: true, door: "closed" }],
  ["DC FE 0F 10 02 10 01 32", { type: "open-reply", lock: lock(15, 16), ok: true, door: "open" }],
  ["DC FE 01 11 02 01 00 15", { type: "door", lock: lock(1, 1), door: "closed" }],
  ["DC FE 02 12 02 01 01 18", { type: "doors", board: 2, doors: allClosed.with(0, "open").with(8, "open") }],
  // Boards that send the state alone.
  ["DC FE 01 10 01 01 13", withoutLock("open-reply", "open")],
  ["DC FE 01 10 01 00 12", withoutLock("open-reply", "closed")],
  ["DC FE 01 11 01 01 14", withoutLock("door", "open")],
  ["DC FE 01 11 01 00 13", withoutLock("door", "closed")],
  ["DC FE 01 12 01 05 19", {
    type: "doors",
    board: 1,
    doors: allClosed.slice(0, 8).with(0, "open").with(2, "open"),
  }],
  // Several opened; several kept powered.
  ["DC FE 01 15 02 00 07 1F", undefined],
  ["DC FE 01 16 01 01 19", undefined],
  ["DC FE 01 1A 01 01 1D", undefined],
];

function withoutLock(answer: "open-reply" | "door", door: SensedDoor): DecodedFrame["frame"] {
  return { type: "without-lock", board: 1, mayAnswer: [answer], ok: true, door };
}

/** Mistakes of the kinds that the vendor's own examples contain, made up here, and others. */
const WRONG = {
  "a length that is not that of the data": "DC FE 01 10 01 01 01 14",
  "a length of the whole frame": "DC FE 01 10 08 01 01 1B",
  "a sum that has the head in it": "DC FE 01 10 02 01 01 EF",
  "a sum that is one too much": "DC FE 01 12 02 00 00 16",
  "an address that no board has": "DC FE 10 12 02 00 00 24",
  "a command that does not exist": "DC FE 01 13 02 00 00 16",
  "an open that neither opened nor failed": "DC FE 01 10 02 01 02 16",
  "the same without a lock": "DC FE 01 10 01 02 14",
  "a sum that is one too much, without a lock": "DC FE 01 10 01 01 14",
  "a length that no open has": "DC FE 01 10 03 01 01 00 16",
  "a length that no version has": "DC FE 01 01 01 01 04",
  "a door that is neither open nor closed": "DC FE 01 11 02 01 55 6A",
  "a request, as an adapter echoes it": "DC 02 01 10 01 01 13",
};

/** Bytes that cannot become a frame, though not all of it has come. */
const HOPELESS = {
  "a request": "DC 02",
  "an address that no board has": "DC FE 10",
  "a command that does not exist": "DC FE 01 13",
  "a length that no reply has": "DC FE 01 10 03",
  "no data": "DC FE 01 10 00",
  "a state that does not exist": "DC FE 01 10 02 01 02",
};

test("dc encodes every documented request byte for byte", () => {
  for (const [expected, bytes] of REQUESTS) equal(bytes && spaced(bytes), expected);
});

test("dc.frameAt() reads every documented reply, and none before it is whole", () => {
  for (const [bytes, said] of REPLIES) deepEqual(frame(dc, bytes), said, bytes);
});

test("dc.frameAt() refuses wrong frames like those in the vendor's own examples", () => {
  for (const [why, bytes] of Object.entries(WRONG)) equal(found(dc, bytes), undefined, why);
});

test("dc.frameAt() refuses bytes that cannot become a frame before all of it has come", () => {
  for (const [why, bytes] of Object.entries(HOPELESS)) equal(found(dc, bytes), undefined, why);
});

test("dc.frameAt() inverts the doors in the other wiring", () => {
  const context = { wiring: "short-when-locked" } as const;
  deepEqual(frame(dc, "DC FE 01 12 02 00 01 16", context), {
    type: "doors",
    board: 1,
    doors: new Array<SensedDoor>(16).fill("open").with(0, "closed"),
  });
});
