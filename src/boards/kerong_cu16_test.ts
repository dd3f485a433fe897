import { deepEqual, equal } from "node:assert/strict";
import { found, frame, spaced, test } from "../../testing/rigs/boards.ts";
import type { DecodeContext, Frame, SensedDoor } from "./family.ts";
import { kerongCu16, unlockAll } from "./kerong_cu16.ts";

const lock = (board: number, channel: number) => ({ board, channel });
const asked = (board: number): DecodeContext => ({
  wiring: "short-when-locked",
  pending: kerongCu16.readAll?.(board, 16),
});

/** A board whose doors are closed but for those of the given channels. */
function doors(board: number, { open }: { open: readonly number[] }): Frame {
  const doors = Array.from({ length: 16 }, (_, i): SensedDoor => open.includes(i + 1) ? "open" : "closed");
  return { type: "doors", board, doors };
}

/** The first four are documented, and their checksums hold. */
const REQUESTS: readonly (readonly [string, Uint8Array | undefined])[] = [
  ["02 00 30 03 35", kerongCu16.readAll?.(0, 16).bytes],
  ["02 00 31 03 36", kerongCu16.open(lock(0, 1)).bytes],
  ["02 0F 31 03 45", kerongCu16.open(lock(0, 16)).bytes],
  ["02 00 33 03 38", unlockAll(0)],
  ["02 10 30 03 45", kerongCu16.readAll?.(1, 16).bytes],
  ["02 23 31 03 59", kerongCu16.open(lock(2, 4)).bytes],
  ["02 FF 31 03 35", kerongCu16.open(lock(15, 16)).bytes],
  ["02 F0 33 03 28", unlockAll(15)],
];

test("kerongCu16 encodes every documented request byte for byte, and those of other boards", () => {
  for (const [expected, bytes] of REQUESTS) equal(bytes && spaced(bytes), expected);
});

test("kerongCu16 waits for an answer to a status, and for none to an unlock", () => {
  const { answer, board, channel, channels } = kerongCu16.readAll?.(3, 12) ?? {};
  deepEqual({ answer, board, channel, channels }, {
    answer: "doors",
    board: 3,
    channel: undefined,
    channels: 12,
  });
  const open = kerongCu16.open(lock(2, 4));
  deepEqual([open.answer, open.board, open.channel], ["nothing", 2, 4]);
});

test("kerongCu16.frameAt() reads the documented status, and none before it is whole", () => {
  deepEqual(frame(kerongCu16, "02 00 35 FF FF 00 00 03 38"), doors(0, { open: [] }));
});

test("kerongCu16.frameAt() reads the locks lowest bit first, whatever the sensors see", () => {
  deepEqual(frame(kerongCu16, "02 00 35 FE 7F FF FF 03 B5"), doors(0, { open: [1, 16] }));
  deepEqual(frame(kerongCu16, "02 10 35 FB FF 04 00 03 48"), doors(1, { open: [3] }));
  deepEqual(frame(kerongCu16, "02 F0 35 FF FF 00 00 03 28"), doors(15, { open: [] }));
});

test("kerongCu16.frameAt() reads each board's status when all were asked", () => {
  const open = Array.from({ length: 16 }, (_, i) => i + 1);
  deepEqual(frame(kerongCu16, "02 00 36 00 00 00 00 03 3B"), doors(0, { open }));
  deepEqual(frame(kerongCu16, "02 10 36 00 00 00 00 03 4B"), doors(1, { open }));
});

test("kerongCu16.frameAt() inverts the doors in the other wiring", () => {
  const said = frame(kerongCu16, "02 10 35 FB FF 04 00 03 48", { wiring: "short-when-open" });
  const open = Array.from({ length: 16 }, (_, i) => i + 1).filter((channel) => channel !== 3);
  deepEqual(said, doors(1, { open }));
});

test("kerongCu16.frameAt() takes the board's plain number as its address when that board was asked", () => {
  deepEqual(frame(kerongCu16, "02 01 35 FB FF 04 00 03 39", asked(1)), doors(1, { open: [3] }));
  deepEqual(frame(kerongCu16, "02 0F 35 FF FF 00 00 03 47", asked(15)), doors(15, { open: [] }));
});

test("kerongCu16.frameAt() does not take board 0's status of one lock for another board's status", () => {
  const unlocking = [0, 1].map((board) => ({ ...asked(board), pending: kerongCu16.open(lock(board, 2)) }));
  for (const context of [undefined, asked(0), asked(2), ...unlocking]) {
    equal(found(kerongCu16, "02 01 35 FB FF 04 00 03 39", context), undefined);
  }
  for (const context of [undefined, asked(1)]) {
    equal(found(kerongCu16, "02 11 35 FF FF 00 00 03 49", context), undefined);
  }
});

test("kerongCu16.frameAt() refuses wrong checksums, heads, commands and trailers", () => {
  const wrong = [
    "02 00 35 FF FF 00 00 03 39",
    "02 00 35 FF FE 00 00 03 38",
    "01 00 35 FF FF 00 00 03 37",
    "02 00 37 FF FF 00 00 03 3A",
    "02 00 35 FF FF 00 00 04 39",
    // The family's own requests, as an adapter echoes them.
    ...REQUESTS.map(([request]) => request),
  ];
  for (const bytes of wrong) equal(found(kerongCu16, bytes), undefined, bytes);
});

test("kerongCu16.frameAt() refuses bytes that cannot become a frame before all of it has come", () => {
  for (const bytes of ["03", "02 11", "02 00 31", "02 00 35 FF FF 00 00 04"]) {
    equal(found(kerongCu16, bytes), undefined, bytes);
  }
});

test("kerongCu16.isHead() knows the byte that frames begin with", () => {
  deepEqual([0x02, 0x03, 0x00].map((byte) => kerongCu16.isHead(byte, [0])), [true, false, false]);
});
