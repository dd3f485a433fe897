import { deepEqual, equal } from "node:assert/strict";
import { concat } from "@std/bytes";
import { board8a, hold, openAll, readAddress } from "./board_8a.ts";
import type { DecodeContext, DecodeResult, Door, Frame } from "./family.ts";

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));
const spaced = (bytes: Uint8Array): string => bytes.toHex().toUpperCase().replace(/..(?!$)/g, "$& ");
const locked: DecodeContext = { wiring: "short-when-locked" };
const lock = (board: number, channel: number) => ({ board, channel });

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

function frames(bytes: Uint8Array, context: DecodeContext = locked): Frame[] {
  return board8a.decode(bytes, context).decoded.map(({ frame }) => frame);
}

/** Every frame of the family that the facts mark as verified, as the service sends it. */
const REQUESTS: readonly (readonly [string, Uint8Array])[] = [
  ["8A 01 01 11 9B", board8a.open(lock(1, 1)).bytes],
  ["8A 02 0C 11 95", board8a.open(lock(2, 12)).bytes],
  ["8A 01 07 11 9D", board8a.open(lock(1, 7)).bytes],
  ["8A 01 00 11 9A", openAll(1)],
  ["80 01 01 33 B3", board8a.read(lock(1, 1)).bytes],
  ["80 01 00 33 B2", board8a.readAll(1, 24).bytes],
  ["9A 01 01 11 8B", hold(lock(1, 1), { on: true })],
  ["80 01 00 99 18", readAddress().bytes],
];

/** The same for what boards say; `channels` in use where the reply answers a read of the whole board. */
const REPLIES: readonly (readonly [string, Frame])[] = [
  ["8A 01 01 00 8A", { type: "open-reply", lock: lock(1, 1), door: "open" }],
  ["8A 01 01 11 9B", { type: "open-reply", lock: lock(1, 1), door: "closed" }],
  ["80 01 01 11 91", { type: "door", lock: lock(1, 1), door: "closed" }],
  ["80 01 01 00 80", { type: "door", lock: lock(1, 1), door: "open" }],
  ["82 01 01 11 93", { type: "report", lock: lock(1, 1), door: "closed" }],
  ["81 01 01 00 81", { type: "report", lock: lock(1, 1), door: "open" }],
  ["80 01 05 99 1D", { type: "address", board: 5 }],
];

test("board8a encodes every request of the facts byte for byte", () => {
  for (const [expected, bytes] of REQUESTS) equal(spaced(bytes), expected);
});

test("board8a.decode() understands every reply of the facts, whole and byte by byte", () => {
  for (const [bytes, frame] of REPLIES) {
    deepEqual(frames(hex(bytes)), [frame], bytes);
    deepEqual(byteByByte(hex(bytes), locked), [frame], bytes);
  }
});

test("board8a.decode() reads the other wiring the other way round", () => {
  const context: DecodeContext = { wiring: "short-when-open" };
  deepEqual(frames(hex("8A 01 01 11 9B"), context), [{ type: "open-reply", lock: lock(1, 1), door: "open" }]);
  deepEqual(frames(hex("80 01 01 00 80"), context), [{ type: "door", lock: lock(1, 1), door: "closed" }]);
});

test("board8a.decode() finds locks 1, 9 and 17 closed in the facts' read-all reply", () => {
  const reply = hex("80 01 01 01 01 33 B3");
  const closed = new Set([1, 9, 17]);
  const doors = Array.from({ length: 24 }, (_, i): Door => closed.has(i + 1) ? "closed" : "open");
  for (const pending of [undefined, board8a.readAll(1, 24)]) {
    deepEqual(frames(reply, { ...locked, pending }), [{ type: "doors", board: 1, doors }]);
  }
});

test("board8a.decode() takes read-all replies of boards with 8 to 48 locks", () => {
  for (const groups of [1, 2, 3, 4, 5, 6]) {
    const body = [0x80, 1, ...Array.from({ length: groups }, (_, i) => i === groups - 1 ? 0x02 : 0xff), 0x33];
    const reply = Uint8Array.from([...body, body.reduce((xor, byte) => xor ^ byte)]);
    const pending = board8a.readAll(1, groups * 8);
    const doors = Array.from({ length: groups * 8 }, (_, i): Door => i < 8 && i !== 1 ? "open" : "closed");
    deepEqual(
      frames(reply, { ...locked, pending }),
      [{ type: "doors", board: 1, doors }],
      `${groups} groups`,
    );
    deepEqual(
      byteByByte(reply, { ...locked, pending }),
      [{ type: "doors", board: 1, doors }],
      `${groups} groups`,
    );
  }
});

test("board8a.decode() does not take the echo of a read-all request for the reply of a board with 8 locks", () => {
  const pending = board8a.readAll(1, 24);
  deepEqual(frames(pending.bytes, { ...locked, pending }), []);
});

test("board8a.decode() finds the next good frame behind garbage, half frames and wrong checksums", () => {
  const good = hex("8A 01 07 00 8C");
  const frame: Frame = { type: "open-reply", lock: lock(1, 7), door: "open" };
  const prefixes = [
    "FE",
    "8A 01",
    "80",
    "80 01 07",
    "8A 01 07 00 8D",
    "8A 01 07 22 AE",
    "FE FE 00",
    "82 8A 80 9A",
  ];
  for (const prefix of prefixes) {
    const result = board8a.decode(concat([hex(prefix), good]), {
      ...locked,
      pending: board8a.readAll(1, 24),
    });
    deepEqual(result.decoded.map(({ frame }) => frame), [frame], prefix);
    equal(result.garbage, hex(prefix).length, prefix);
    equal(result.consumed, hex(prefix).length + good.length, prefix);
  }
});

test("board8a.decode() takes joined frames one by one and keeps the start of the next", () => {
  const result = board8a.decode(hex("8A 01 01 00 8A 82 01 01 11 93 80 01"), locked);
  deepEqual(result.decoded.map(({ frame }) => frame.type), ["open-reply", "report"]);
  equal(result.consumed, 10);
  equal(result.garbage, 0);
});

test("board8a.decode() passes over a hold's reply without a word", () => {
  deepEqual(frames(hex("9A 01 01 11 8B 8A 01 01 00 8A")), [{
    type: "open-reply",
    lock: lock(1, 1),
    door: "open",
  }]);
});

test("board8a.decode() never throws and never keeps more than a frame, whatever comes", () => {
  let seed = 1;
  const random = () => (seed = Math.imul(seed, 1_103_515_245) + 12_345 >>> 0) >>> 16 & 0xff;
  const heads = [...board8a.heads];
  for (const pending of [undefined, board8a.readAll(1, 24), board8a.open(lock(1, 1))]) {
    let held: Uint8Array = new Uint8Array();
    for (let round = 0; round < 20_000; round++) {
      const chunk = Uint8Array.from(
        { length: random() % 12 },
        () => random() < 90 ? heads[random() % 6] as number : random(),
      );
      const bytes = concat([held, chunk]);
      const result = board8a.decode(bytes, { ...locked, pending });
      for (const { bytes } of result.decoded) equal(bytes.reduce((xor, byte) => xor ^ byte), 0);
      held = bytes.subarray(result.consumed);
      equal(held.length < board8a.frameBytesMax, true);
    }
  }
});

function byteByByte(
  bytes: Uint8Array,
  context: DecodeContext,
): Frame[] {
  const all: Frame[] = [];
  let held: Uint8Array = new Uint8Array();
  for (const byte of bytes) {
    const whole = concat([held, Uint8Array.of(byte)]);
    const result: DecodeResult = board8a.decode(whole, context);
    all.push(...result.decoded.map(({ frame }) => frame));
    held = whole.subarray(result.consumed);
  }
  return all;
}
