/**
 * The frames of a family's boards, as simulated boards send them, and checksums that were not written for the
 * codecs.
 *
 * @module
 */
import type { BoardFamily, DecodeContext, DecodedFrame, PendingRequest } from "../../src/boards/mod.ts";
import { FrameDecoder } from "../../src/device/bus/frame_decoder.ts";
import { type BoardName, VirtualBus, type VirtualBusOptions } from "../../src/simulator/mod.ts";
import { chance } from "../chance.ts";

/** Whether the frame ends with the family's checksum of what is before it. */
export const CHECKS: Readonly<Record<string, (frame: Uint8Array) => boolean>> = {
  "8a": (frame) => frame.reduce((sum, byte) => sum ^ byte, 0) === 0,
  "kerong-cu16": (frame) => sum(frame.subarray(0, -1)) === frame.at(-1),
  "kerong-cu48": (frame) => sum(frame.subarray(0, -1)) === frame.at(-1),
  "wkly": (frame) => frame.reduce((sum, byte) => sum ^ byte, 0) === 0,
  "dc": (frame) => sum(frame.subarray(2, -1)) === frame.at(-1),
  // A message with its CRC behind it has the CRC 0.
  "modbus": (frame) => crc16(frame) === 0,
};

function sum(bytes: Uint8Array): number {
  return bytes.reduce((total, byte) => total + byte, 0) % 256;
}

function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc % 2 === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

/** A frame of a board. */
export type Said = NonNullable<DecodedFrame["frame"]>;

/** One request to a board and its reply. */
export interface Exchange {
  readonly request: PendingRequest;
  readonly reply: Uint8Array;
}

/**
 * Sends requests to boards with these doors; every kind of reply that the family has is among the results.
 */
export function* exchanges(
  family: BoardFamily,
  { open, ...options }: VirtualBusOptions & { open: readonly boolean[] },
): Generator<Exchange> {
  const board = family.boards[0];
  const boards = new VirtualBus({
    random: chance("traffic"),
    ...options,
    board: family.name as BoardName,
    locks: open.length,
  });
  let now = 0;
  const ask = function* (request: PendingRequest | undefined): Generator<Exchange> {
    if (!request) return;
    boards.receive(request.bytes, now);
    now += 10_000;
    for (const reply of boards.poll(now)) yield { request, reply };
  };
  for (const [index, isOpen] of open.entries()) if (isOpen) boards.force({ board, lock: index + 1 }, now);
  const lock = { board, channel: family.channels[0] };
  yield* ask(family.readAll?.(board, open.length));
  yield* ask(family.read?.(lock));
  yield* ask(family.open(lock));
  yield* ask(family.releaseAll?.(board, open.length));
}

/** A decoder, the frames that it found, their bytes, and how many bytes it kept at most. */
export interface Hearing {
  readonly decoder: FrameDecoder;
  readonly frames: Said[];
  readonly raw: Uint8Array[];
  readonly heldMax: () => number;
  /** How many heartbeats came. */
  readonly beats: () => number;
}

/**
 * What a decoder makes of bytes that come in pieces, after which nothing more comes for a while.
 *
 * @param options.dtu what the DTU adds; the other options are what is known besides the bytes
 */
export function heard(
  family: BoardFamily,
  pieces: readonly Uint8Array[],
  { dtu, wiring = family.wiring, ...expected }: Partial<DecodeContext> & {
    dtu?: { registration: Uint8Array; heartbeat: Uint8Array | undefined };
  } = {},
): Hearing {
  const frames: Said[] = [];
  const raw: Uint8Array[] = [];
  let heldMax = 0;
  let beats = 0;
  const decoder = new FrameDecoder({
    family,
    wiring,
    layout: { boards: [{ board: 1 }] },
    ...dtu ?? { registration: new Uint8Array(), heartbeat: undefined },
  }, {
    expected: () => expected,
    frame: (frame, bytes) => {
      if (frame) frames.push(frame);
      raw.push(bytes);
    },
    heartbeat: () => void beats++,
    serial: () => {},
  });
  for (const piece of pieces) {
    decoder.push(piece);
    heldMax = Math.max(heldMax, decoder.bufferedBytes);
  }
  decoder.idle(Infinity);
  return { decoder, frames, raw, heldMax: () => heldMax, beats: () => beats };
}
