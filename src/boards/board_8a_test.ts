import { deepEqual, equal } from "node:assert/strict";
import { board8a, hold, openAll, readAddress } from "./board_8a.ts";
import { found, frame, spaced, test } from "./_rig.ts";
import type { DecodeContext, Door, Frame } from "./family.ts";

const locked: DecodeContext = { wiring: "short-when-locked" };
const lock = (board: number, channel: number) => ({ board, channel });

/** Every frame of the family that the facts mark as verified, as the service sends it. */
const REQUESTS: readonly (readonly [string, Uint8Array | undefined])[] = [
  ["8A 01 01 11 9B", board8a.open(lock(1, 1)).bytes],
  ["8A 02 0C 11 95", board8a.open(lock(2, 12)).bytes],
  ["8A 01 07 11 9D", board8a.open(lock(1, 7)).bytes],
  ["8A 01 00 11 9A", openAll(1)],
  ["80 01 01 33 B3", board8a.read?.(lock(1, 1)).bytes],
  ["80 01 00 33 B2", board8a.readAll?.(1, 24).bytes],
  ["9A 01 01 11 8B", hold(lock(1, 1), { on: true })],
  ["80 01 00 99 18", readAddress().bytes],
];

/** The same for what boards say; `channels` in use where the reply answers a read of the whole board. */
const REPLIES: readonly (readonly [string, Frame])[] = [
  ["8A 01 01 00 8A", { type: "open-reply", lock: lock(1, 1), ok: true, door: "open" }],
  ["8A 01 01 11 9B", { type: "open-reply", lock: lock(1, 1), ok: true, door: "closed" }],
  ["80 01 01 11 91", { type: "door", lock: lock(1, 1), door: "closed" }],
  ["80 01 01 00 80", { type: "door", lock: lock(1, 1), door: "open" }],
  ["82 01 01 11 93", { type: "report", lock: lock(1, 1), door: "closed" }],
  ["81 01 01 00 81", { type: "report", lock: lock(1, 1), door: "open" }],
  ["80 01 05 99 1D", { type: "address", board: 5 }],
];

test("board8a encodes every request of the facts byte for byte", () => {
  for (const [expected, bytes] of REQUESTS) equal(bytes && spaced(bytes), expected);
});

test("board8a.frameAt() understands every reply of the facts, and takes none before it is whole", () => {
  for (const [bytes, said] of REPLIES) deepEqual(frame(board8a, bytes), said, bytes);
});

test("board8a.frameAt() reads the other wiring the other way round", () => {
  const context: DecodeContext = { wiring: "short-when-open" };
  deepEqual(frame(board8a, "8A 01 01 11 9B", context), {
    type: "open-reply",
    lock: lock(1, 1),
    ok: true,
    door: "open",
  });
  deepEqual(frame(board8a, "80 01 01 00 80", context), { type: "door", lock: lock(1, 1), door: "closed" });
});

test("board8a.frameAt() finds locks 1, 9 and 17 closed in the facts' read-all reply", () => {
  const closed = new Set([1, 9, 17]);
  const doors = Array.from({ length: 24 }, (_, i): Door => closed.has(i + 1) ? "closed" : "open");
  for (const pending of [undefined, board8a.readAll?.(1, 24)]) {
    deepEqual(frame(board8a, "80 01 01 01 01 33 B3", { ...locked, pending }), {
      type: "doors",
      board: 1,
      doors,
    });
  }
});

test("board8a.frameAt() takes read-all replies of boards with 8 to 48 locks", () => {
  for (const groups of [1, 2, 3, 4, 5, 6]) {
    const body = [0x80, 1, ...Array.from({ length: groups }, (_, i) => i === groups - 1 ? 0x02 : 0xff), 0x33];
    const reply = Uint8Array.from([...body, body.reduce((xor, byte) => xor ^ byte)]);
    const pending = board8a.readAll?.(1, groups * 8);
    const doors = Array.from({ length: groups * 8 }, (_, i): Door => i < 8 && i !== 1 ? "open" : "closed");
    deepEqual(
      frame(board8a, spaced(reply), { ...locked, pending }),
      { type: "doors", board: 1, doors },
      `${groups} groups`,
    );
  }
});

test("board8a.frameAt() does not take the echo of a read-all request for the reply of a board with 8 locks", () => {
  const pending = board8a.readAll?.(1, 24);
  equal(found(board8a, "80 01 00 33 B2 00 00 00 00 00", { ...locked, pending }), undefined);
});

test("board8a.frameAt() takes no beginning of a read-all reply for a whole short one", () => {
  const wiring = "short-when-open";
  const pending = board8a.readAll?.(1, 24);
  const replies = [["80 01 00 00 81 33 33", "1 8"], ["80 01 02 00 83 33 33", "1 2 8 18"]] as const;
  for (const [whole, open] of replies) {
    equal(found(board8a, whole.slice(0, 14), { wiring, pending }), "incomplete");
    const reply = frame(board8a, whole, { wiring, pending });
    const doors = reply?.type === "doors" ? reply.doors : [];
    equal(doors.flatMap((door, index) => door === "open" ? [index + 1] : []).join(" "), open);
  }
});

test("board8a.frameAt() refuses wrong checksums, states and heads", () => {
  for (const bytes of ["8A 01 07 00 8D", "8A 01 07 22 AE", "83 01 07 00 85", "81 01 01 00 80", "FE"]) {
    equal(found(board8a, bytes), undefined, bytes);
  }
  equal(found(board8a, "80 01 01 00 81 00 00"), undefined);
});

test("board8a.frameAt() knows a hold's reply as a frame that says nothing", () => {
  deepEqual(found(board8a, "9A 01 01 11 8B"), { frame: undefined, length: 5 });
});
