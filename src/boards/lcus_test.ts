import { deepEqual, equal } from "node:assert/strict";
import { found, spaced, test } from "../../testing/rigs/boards.ts";
import { lcus } from "./lcus.ts";

const lock = (channel: number) => ({ board: 1, channel });

/** The first two are documented, and their checksums hold. */
const REQUESTS: readonly (readonly [string, Uint8Array | undefined])[] = [
  ["A0 01 01 A2", lcus.open(lock(1)).bytes],
  ["A0 01 00 A1", lcus.release?.request(lock(1)).bytes],
  ["A0 08 01 A9", lcus.open(lock(8)).bytes],
  ["A0 08 00 A8", lcus.release?.request(lock(8)).bytes],
  ["A0 01 00 A1", lcus.releaseAll?.(1, 1).bytes],
  ["A0 01 00 A1 A0 02 00 A2 A0 03 00 A3 A0 04 00 A4", lcus.releaseAll?.(1, 4).bytes],
  // Of a board with 16 relays, which does not take several commands at once.
  ["A0 10 01 B1", lcus.open(lock(16)).bytes],
  ["A0 00 00 A0", lcus.releaseAll?.(1, 9).bytes],
];

test("lcus encodes every documented request byte for byte, and those of other channels", () => {
  for (const [expected, bytes] of REQUESTS) equal(bytes && spaced(bytes), expected);
});

test("lcus waits for no answer to its requests", () => {
  const sent = [lcus.open(lock(2)), lcus.release?.request(lock(2)), lcus.releaseAll?.(1, 8)];
  deepEqual(sent.map((pending) => [pending?.answer, pending?.board, pending?.channel, pending?.channels]), [
    ["nothing", 1, 2, 1],
    ["nothing", 1, 2, 1],
    ["nothing", 1, undefined, 8],
  ]);
});

test("lcus ends its pulse after half a second, and reads nothing", () => {
  deepEqual([lcus.release?.pulseMs, lcus.read, lcus.readAll], [500, undefined, undefined]);
});

test("lcus.frameAt() finds nothing, not even in the echo of what was sent", () => {
  for (const bytes of ["A0", "A0 01 01", ...REQUESTS.map(([request]) => request)]) {
    equal(found(lcus, bytes), undefined, bytes);
  }
  equal(lcus.isHead(0xa0, [1]), false);
});
