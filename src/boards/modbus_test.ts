import { deepEqual, equal } from "node:assert/strict";
import { found, frame, spaced, test } from "./_rig.ts";
import type { DecodeContext, Frame } from "./family.ts";
import { coil, modbus, readCoils } from "./modbus.ts";

const lock = (board: number, channel: number) => ({ board, channel });
const wiring = "short-when-locked";
const opening: DecodeContext = { wiring, pending: modbus.open(lock(1, 3)) };

/** Every frame of the facts that is marked as verified. */
const REQUESTS: readonly (readonly [string, Uint8Array | undefined])[] = [
  ["01 05 00 00 FF 00 8C 3A", coil(lock(1, 1), { on: true })],
  ["01 05 00 00 00 00 CD CA", coil(lock(1, 1), { on: false })],
  ["01 05 02 00 00 07 8D B0", modbus.open(lock(1, 1)).bytes],
  ["01 05 00 FF 00 00 FD FA", modbus.releaseAll?.(1, 8).bytes],
  ["01 01 00 00 00 08 3D CC", readCoils(1, 8)],
  ["01 02 00 00 00 08 79 CC", modbus.readAll?.(1, 8).bytes],
];

/** What boards say: a write is answered by itself. CRCs by a calculator that is not ours. */
const REPLIES: readonly (readonly [string, Frame | undefined, DecodeContext?])[] = [
  ["01 05 02 00 00 07 8D B0", { type: "open-reply", lock: lock(1, 1), ok: true, door: undefined }],
  ["01 05 00 FF 00 00 FD FA", { type: "released", board: 1 }],
  ["01 05 00 00 FF 00 8C 3A", undefined],
  ["01 85 02 C3 51", { type: "open-reply", lock: lock(1, 3), ok: false, door: undefined }, opening],
  ["01 85 02 C3 51", undefined],
  ["01 82 02 C1 61", undefined],
];

test("modbus encodes every request of the facts byte for byte", () => {
  for (const [expected, bytes] of REQUESTS) equal(bytes && spaced(bytes), expected);
});

test("modbus.frameAt() understands what boards answer, and takes nothing before it is whole", () => {
  for (const [bytes, said, context] of REPLIES) deepEqual(frame(modbus, bytes, context), said, bytes);
});

test("modbus.frameAt() reads as many inputs as were asked for, lowest first, in both wirings", () => {
  const bytes = "01 02 01 05 61 8B";
  const ask = (channels: number) => modbus.readAll?.(1, channels);
  const doors = ["closed", "open", "closed", "open", "open"] as const;
  deepEqual(frame(modbus, bytes, { wiring, pending: ask(5) }), { type: "doors", board: 1, doors });
  deepEqual(frame(modbus, bytes, { wiring: "short-when-open", pending: ask(2) }), {
    type: "doors",
    board: 1,
    doors: ["open", "closed"],
  });
  equal(frame(modbus, bytes, { wiring, pending: ask(9) }), undefined, "it says too little");
  deepEqual(frame(modbus, bytes), {
    type: "doors",
    board: 1,
    doors: [...doors, "open", "open", "open"],
  });
});

test("modbus.frameAt() refuses wrong CRCs, functions and addresses", () => {
  for (
    const bytes of [
      "01 05 02 00 00 07 8D B1",
      "01 06 02 00 00 07",
      "00 05 02 00 00 07 8C 61",
      "F8 05",
      "01 02 09",
    ]
  ) {
    equal(found(modbus, bytes), undefined, bytes);
  }
});

test("modbus.frameAt() takes no echo of a reading for its answer", () => {
  const pending = modbus.readAll?.(1, 8);
  equal(found(modbus, "01 02 00 00 00 08 79 CC", { wiring, pending }), undefined);
});

test("modbus knows the head of the boards that are there, and of no other", () => {
  equal(modbus.isHead(2, [1, 2]), true);
  equal(modbus.isHead(0x31, [1, 2]), false);
});
