import { deepEqual, equal } from "node:assert/strict";
import { found, frame, spaced, test } from "../../testing/rigs/boards.ts";
import type { DecodeContext, DecodedFrame, SensedDoor } from "./family.ts";
import { coil, modbus, readCoils } from "./modbus.ts";

const lock = (board: number, channel: number) => ({ board, channel });
const wiring = "short-when-locked";
const opening: DecodeContext = { wiring, pending: modbus.open(lock(1, 3)) };

/** Every documented frame whose checksum holds. */
const REQUESTS: readonly (readonly [string, Uint8Array | undefined])[] = [
  ["01 05 00 00 FF 00 8C 3A", coil(lock(1, 1), { on: true })],
  ["01 05 00 00 00 00 CD CA", coil(lock(1, 1), { on: false })],
  ["01 05 02 00 00 07 8D B0", modbus.open(lock(1, 1)).bytes],
  ["01 05 00 FF 00 00 FD FA", modbus.releaseAll?.(1, 8).bytes],
  ["01 01 00 00 00 08 3D CC", readCoils(1, 8)],
  ["01 02 00 00 00 08 79 CC", modbus.readAll?.(1, 8).bytes],
  // Of other boards.
  ["F7 05 02 1F 00 07 A8 E0", modbus.open(lock(247, 32)).bytes],
  ["F7 05 00 FF 00 00 E9 6C", modbus.releaseAll?.(247, 32).bytes],
  ["11 02 00 00 00 0A FA 9D", modbus.readAll?.(17, 10).bytes],
  ["FF 02 00 00 00 08 6C 12", modbus.readAll?.(255, 8).bytes],
];

const refusedBy = (board: number) =>
  ({
    type: "without-lock",
    board,
    mayAnswer: ["open-reply", "released"],
    ok: false,
    door: undefined,
  }) as const;

/** What boards send: a write is answered by its own bytes. The CRCs come from a calculator that is not ours. */
const REPLIES: readonly (readonly [string, DecodedFrame["frame"], DecodeContext?])[] = [
  ["01 05 02 00 00 07 8D B0", { type: "open-reply", lock: lock(1, 1), ok: true, door: undefined }],
  ["01 05 00 FF 00 00 FD FA", { type: "released", board: 1 }],
  ["F7 05 02 1F 00 07 A8 E0", { type: "open-reply", lock: lock(247, 32), ok: true, door: undefined }],
  ["F7 05 00 FF 00 00 E9 6C", { type: "released", board: 247 }],
  // Requests that the service does not send: one coil, all coils on, a pulse without length, coils read.
  ["01 05 00 00 FF 00 8C 3A", undefined],
  ["01 05 00 FF FF 00 BC 0A", undefined],
  ["01 05 02 00 00 00 CC 72", undefined],
  ["01 01 01 05 91 8B", undefined],
  // It names no lock, and may be about an open or about the release of all coils, whatever is pending.
  ["01 85 02 C3 51", refusedBy(1), opening],
  ["01 85 02 C3 51", refusedBy(1)],
  ["11 85 01 82 95", refusedBy(17), opening],
  ["01 82 02 C1 61", undefined],
];

test("modbus encodes every documented request byte for byte", () => {
  for (const [expected, bytes] of REQUESTS) equal(bytes && spaced(bytes), expected);
});

test("modbus.frameAt() reads every answer of boards, and none before it is whole", () => {
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
  equal(frame(modbus, bytes, { wiring, pending: ask(9) }), undefined, "it has too few bytes");
  deepEqual(frame(modbus, bytes), {
    type: "doors",
    board: 1,
    doors: [...doors, "open", "open", "open"],
  });
});

test("modbus.frameAt() reads boards that were not asked, whatever is pending", () => {
  const doors = ["closed", "open", "closed", "open", "open", "open", "open", "open"] as const;
  const pending = modbus.readAll?.(1, 16);
  deepEqual(frame(modbus, "02 02 01 05 61 CF", { wiring, pending }), { type: "doors", board: 2, doors });
});

test("modbus.frameAt() reads inputs from the ninth on in the second byte", () => {
  const said = frame(modbus, "11 02 02 FD 03 78 EA", { wiring, pending: modbus.readAll?.(17, 10) });
  deepEqual(said, {
    type: "doors",
    board: 17,
    doors: new Array<SensedDoor>(10).fill("closed").with(1, "open"),
  });
});

test("modbus.frameAt() reads a board with the address 255, and one that answers with more than it was asked for", () => {
  const closed = new Array<SensedDoor>(8).fill("open").with(0, "closed");
  const pending = modbus.readAll?.(255, 8);
  deepEqual(frame(modbus, "FF 02 01 01 51 A0", { wiring, pending }), {
    type: "doors",
    board: 255,
    doors: closed,
  });
  deepEqual(frame(modbus, "11 02 02 FD 03 78 EA", { wiring, pending: modbus.readAll?.(17, 2) }), {
    type: "doors",
    board: 17,
    doors: ["closed", "open"],
  });
});

test("modbus.frameAt() refuses wrong CRCs, functions and addresses", () => {
  for (
    const bytes of [
      "01 05 02 00 00 07 8D B1",
      "01 06 02 00 00 07",
      "00 05 02 00 00 07 8C 61",
      "01 02 09",
    ]
  ) {
    equal(found(modbus, bytes), undefined, bytes);
  }
});

test("modbus.frameAt() does not take the echo of a read for its answer", () => {
  const pending = modbus.readAll?.(1, 8);
  equal(found(modbus, "01 02 00 00 00 08 79 CC", { wiring, pending }), undefined);
});

test("modbus takes the addresses of the cabinet's boards for heads, and no other", () => {
  equal(modbus.isHead(2, [1, 2]), true);
  equal(modbus.isHead(0x31, [1, 2]), false);
});
