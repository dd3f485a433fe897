import { deepEqual, equal } from "node:assert/strict";
import { found, frame, spaced, test } from "../../testing/rigs/boards.ts";
import type { DecodeContext, Frame, SensedDoor } from "./family.ts";
import { kerongCu48, unlockAll } from "./kerong_cu48.ts";

const lock = (board: number, channel: number) => ({ board, channel });

/** A board whose doors are closed but for those of the given channels. */
function doors(board: number, { open }: { open: readonly number[] }): Frame {
  const doors = Array.from({ length: 48 }, (_, i): SensedDoor => open.includes(i + 1) ? "open" : "closed");
  return { type: "doors", board, doors };
}

/** The first two are documented, and their checksums hold. */
const REQUESTS: readonly (readonly [string, Uint8Array | undefined])[] = [
  ["02 00 00 61 03 66", kerongCu48.open(lock(0, 1)).bytes],
  ["02 00 30 60 03 95", kerongCu48.readAll?.(0, 48).bytes],
  ["02 00 2F 61 03 95", kerongCu48.open(lock(0, 48)).bytes],
  ["02 05 0A 61 03 75", kerongCu48.open(lock(5, 11)).bytes],
  ["02 1F 30 60 03 B4", kerongCu48.readAll?.(31, 48).bytes],
  ["02 FE 30 60 03 93", kerongCu48.readAll?.(254, 48).bytes],
  ["02 00 30 61 03 96", unlockAll(0)],
];

/**
 * All closed; and on board 5 locks 1 and 32 open, something inside 1 and 48, a length in the place of the
 * lock.
 */
const CLOSED = "02 00 30 75 FF FF FF FF FF FF 00 00 00 00 00 00 03 A4";
const TWO_OPEN = "02 05 0C 75 FE FF FF 7F FF FF 01 00 00 00 00 80 03 85";

test("kerongCu48 encodes every documented request byte for byte, and those of other boards", () => {
  for (const [expected, bytes] of REQUESTS) equal(bytes && spaced(bytes), expected);
});

test("kerongCu48 waits for an answer to a status, and for none to an unlock", () => {
  const { answer, board, channel, channels } = kerongCu48.readAll?.(3, 24) ?? {};
  deepEqual({ answer, board, channel, channels }, {
    answer: "doors",
    board: 3,
    channel: undefined,
    channels: 24,
  });
  const open = kerongCu48.open(lock(5, 11));
  deepEqual([open.answer, open.board, open.channel], ["nothing", 5, 11]);
});

test("kerongCu48.frameAt() reads a status, and none before it is whole", () => {
  deepEqual(frame(kerongCu48, CLOSED), doors(0, { open: [] }));
});

test("kerongCu48.frameAt() reads the locks lowest bit first, whatever the sensors and the lock's byte say", () => {
  deepEqual(frame(kerongCu48, TWO_OPEN), doors(5, { open: [1, 32] }));
});

test("kerongCu48.frameAt() inverts the doors in the other wiring", () => {
  const open = Array.from({ length: 48 }, (_, i) => i + 1).filter((channel) => ![1, 32].includes(channel));
  deepEqual(frame(kerongCu48, TWO_OPEN, { wiring: "short-when-open" }), doors(5, { open }));
});

/** Without sensors: locks 1 and 48 open. */
const SHORT = "02 00 00 75 06 FE FF FF FF FF 7F F6";
const asked = (readingBytes?: number): DecodeContext => ({
  wiring: "short-when-locked",
  pending: kerongCu48.readAll?.(0, 48),
  readingBytes: () => readingBytes,
});

test("kerongCu48.frameAt() reads a status without sensors from the board that was asked", () => {
  deepEqual(frame(kerongCu48, SHORT, asked(12)), doors(0, { open: [1, 48] }));
  const first = found(kerongCu48, SHORT, asked());
  deepEqual(first, { frame: doors(0, { open: [1, 48] }), length: 12, mayContinue: true });
  equal(found(kerongCu48, SHORT), "incomplete", "it was not asked for");
  equal(found(kerongCu48, SHORT, { ...asked(), pending: kerongCu48.readAll?.(1, 48) }), "incomplete");
  equal(found(kerongCu48, `${SHORT.slice(0, -2)}F7 ${"55 ".repeat(6)}`, asked(12)), undefined, "a wrong sum");
});

test("kerongCu48.frameAt() does not take the beginning of a status with sensors for one without", () => {
  const whole = `${SHORT} 00 00 00 00 03 EF`;
  equal(found(kerongCu48, SHORT, asked(18)), "incomplete", "the board has sent more before");
  const open = [1, 4, 5, 6, 7, 8, 9];
  for (const seen of [undefined, 18]) deepEqual(frame(kerongCu48, whole, asked(seen)), doors(0, { open }));
});

test("kerongCu48.frameAt() refuses wrong checksums, heads, addresses, commands and trailers", () => {
  const wrong = [
    "02 00 30 75 FF FF FF FF FF FF 00 00 00 00 00 00 03 A5",
    "02 00 30 75 FF FF FF FF FF FE 00 00 00 00 00 00 03 A4",
    "03 00 30 75 FF FF FF FF FF FF 00 00 00 00 00 00 03 A5",
    "02 FF 30 75 FF FF FF FF FF FF 00 00 00 00 00 00 03 A3",
    "02 00 30 74 FF FF FF FF FF FF 00 00 00 00 00 00 03 A3",
    "02 00 30 75 FF FF FF FF FF FF 00 00 00 00 00 00 02 A3",
    // The family's own requests, as an adapter echoes them.
    ...REQUESTS.map(([request]) => request),
  ];
  for (const bytes of wrong) equal(found(kerongCu48, bytes), undefined, bytes);
});

test("kerongCu48.frameAt() refuses bytes that cannot become a frame before all of it has come", () => {
  for (const bytes of ["03", "02 FF", "02 00 30 60", "02 00 30 75 FF FF FF FF FF FF 00 00 00 00 00 00 02"]) {
    equal(found(kerongCu48, bytes), undefined, bytes);
  }
});

test("kerongCu48.isHead() knows the byte that frames begin with", () => {
  deepEqual([0x02, 0x03, 0x00].map((byte) => kerongCu48.isHead(byte, [0])), [true, false, false]);
});
