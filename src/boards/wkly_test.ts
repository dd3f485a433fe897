import { deepEqual, equal } from "node:assert/strict";
import { found, frame, spaced, test } from "../../testing/rigs/boards.ts";
import type { Frame } from "./family.ts";
import { openAll, wkly } from "./wkly.ts";

const lock = (board: number, channel: number) => ({ board, channel });

/** Every documented request whose checksum holds. */
const REQUESTS: readonly (readonly [string, Uint8Array | undefined])[] = [
  ["57 4B 4C 59 09 00 82 01 83", wkly.open(lock(0, 1)).bytes],
  ["57 4B 4C 59 09 00 83 01 82", wkly.read?.(lock(0, 1)).bytes],
  ["57 4B 4C 59 08 00 84 85", wkly.readAll?.(0, 24).bytes],
  ["57 4B 4C 59 08 00 86 87", openAll(0)],
  // The last channel of the last usual board, and of the largest.
  ["57 4B 4C 59 09 FE 82 18 64", wkly.open(lock(254, 24)).bytes],
  ["57 4B 4C 59 09 01 82 7F FC", wkly.open(lock(1, 127)).bytes],
];

/** Every documented reply whose checksum holds, then some that follow from them. */
const REPLIES: readonly (readonly [string, Frame])[] = [
  ["57 4B 4C 59 0B 00 82 00 01 00 81", { type: "open-reply", lock: lock(0, 1), ok: true, door: "open" }],
  ["57 4B 4C 59 0B 00 83 00 01 01 81", { type: "door", lock: lock(0, 1), door: "closed" }],
  ["57 4B 4C 59 0A 00 85 01 00 87", { type: "report", lock: lock(0, 1), door: "open" }],
  // Boards that begin with another byte, which is part of the XOR as well.
  ["53 4B 4C 59 0B 00 82 00 01 00 85", { type: "open-reply", lock: lock(0, 1), ok: true, door: "open" }],
  ["53 4B 4C 59 0B 00 83 00 01 01 85", { type: "door", lock: lock(0, 1), door: "closed" }],
  ["53 4B 4C 59 0A 00 85 01 00 83", { type: "report", lock: lock(0, 1), door: "open" }],
  // A faulty sensor, and a board that refuses.
  ["57 4B 4C 59 0B 00 83 00 01 FF 7F", { type: "door", lock: lock(0, 1), door: undefined }],
  ["57 4B 4C 59 0B 00 82 FF 01 FF 81", { type: "open-reply", lock: lock(0, 1), ok: false, door: undefined }],
  ["57 4B 4C 59 0B 00 83 FF 01 02 7D", { type: "door", lock: lock(0, 1), door: undefined }],
  ["57 4B 4C 59 0C 02 84 FF 02 00 01 7F", { type: "doors", board: 2, doors: [undefined, undefined] }],
  // The last channel of the last board.
  ["57 4B 4C 59 0B FE 82 00 18 01 67", { type: "open-reply", lock: lock(254, 24), ok: true, door: "closed" }],
  ["57 4B 4C 59 0D 02 84 00 03 00 01 FF 7F", {
    type: "doors",
    board: 2,
    doors: ["open", "closed", undefined],
  }],
];

/** Frames that are refused, and why. */
const WRONG = {
  "a wrong XOR": "57 4B 4C 59 0B 00 82 00 01 00 82",
  "the XOR of the other head": "53 4B 4C 59 0B 00 82 00 01 00 81",
  "another first byte": "52 4B 4C 59 0B 00 82 00 01 00 84",
  "a length that is too short": "57 4B 4C 59 07 00 82 83",
  "a length that no frame has": "57 4B 4C 59 8A 00 82 2A",
  "another head": "57 4B 4C 58 0B 00 82 00 01 00 80",
  "a lock that is neither open nor closed nor in error": "57 4B 4C 59 0B 00 83 00 01 02 82",
  "the same in a report": "57 4B 4C 59 0A 00 85 01 55 D2",
  "the same in a reading of all": "57 4B 4C 59 0D 00 84 00 03 00 02 01 80",
  "a status that is neither ok nor failed": "57 4B 4C 59 0B 00 82 05 01 00 84",
  "a count that is not that of the channels": "57 4B 4C 59 0B 00 84 00 18 00 9E",
  "a reading of no channels": "57 4B 4C 59 0A 00 84 00 00 87",
};

/** Bytes that cannot become a frame, though not all of it has come. */
const HOPELESS = {
  "a head that goes wrong": "57 4B 4D",
  "a length that no frame has": "57 4B 4C 59 8A",
  "another head that goes wrong": "53 4B 4D",
  "a command that does not exist": "57 4B 4C 59 09 00 90",
  "a length that no open has": "57 4B 4C 59 22 00 82",
  "a length that no report has": "57 4B 4C 59 08 00 85",
};

test("wkly encodes every documented request byte for byte", () => {
  for (const [expected, bytes] of REQUESTS) equal(bytes && spaced(bytes), expected);
});

test("wkly.frameAt() reads every documented reply, and none before it is whole", () => {
  for (const [bytes, said] of REPLIES) deepEqual(frame(wkly, bytes), said, bytes);
});

test("wkly.frameAt() refuses wrong frames", () => {
  for (const [why, bytes] of Object.entries(WRONG)) equal(found(wkly, bytes), undefined, why);
});

test("wkly.frameAt() refuses bytes that cannot become a frame before all of it has come", () => {
  for (const [why, bytes] of Object.entries(HOPELESS)) equal(found(wkly, bytes), undefined, why);
});

test("wkly.frameAt() takes the reply to open-all for a frame that says nothing", () => {
  equal(frame(wkly, "57 4B 4C 59 09 00 86 00 86"), undefined);
});

test("wkly.frameAt() does not take the echo of a request for an answer", () => {
  for (const [request] of REQUESTS) equal(frame(wkly, request), undefined, request);
});

test("wkly.frameAt() inverts the doors in the other wiring", () => {
  const context = { wiring: "short-when-open" } as const;
  deepEqual(frame(wkly, "57 4B 4C 59 0B 00 83 00 01 01 81", context), {
    type: "door",
    lock: lock(0, 1),
    door: "open",
  });
});

test("wkly reads all channels of a usual board and of the largest", () => {
  for (const channels of [24, 127]) {
    const body = [
      0x57,
      0x4b,
      0x4c,
      0x59,
      10 + channels,
      1,
      0x84,
      0,
      channels,
      ...new Array(channels).fill(1),
    ];
    const bytes = Uint8Array.from([...body, body.reduce((xor, byte) => xor ^ byte)]);
    const said = frame(wkly, spaced(bytes));
    deepEqual(said, { type: "doors", board: 1, doors: new Array(channels).fill("closed") });
    equal(bytes.length <= wkly.frameBytesMax, true);
  }
});
