/**
 * Relay boards with Modbus RTU: channel n is relay n, which is coil n-1, and its door's switch is on digital input
 * n-1. The last two bytes of a frame are CRC-16/MODBUS, low byte first.
 *
 * | what | frame |
 * |---|---|
 * | pulse timed by the board (as Waveshare's boards have it) | `ADDR 05 02 channel 00 tenths CRC`, answered by the same |
 * | all coils off | `ADDR 05 00 FF 00 00 CRC`, answered by the same |
 * | read inputs | `ADDR 02 00 00 00 count CRC`, answered `ADDR 02 n data… CRC`, lowest bit first |
 * | exception | `ADDR function+80 code CRC` |
 *
 * A pulse is never timed by switching on and off: a crash in between would leave the coil live.
 *
 * @module
 */
import { equals } from "@std/bytes";
import { crc16Modbus } from "./checksums.ts";
import { type BoardFamily, doorsOf, pendingOf } from "./family.ts";
import type { DecodeContext, DecodedFrame, Frame, FrameSearch, LockAddress } from "./family.ts";

const READ_COILS = 0x01;
const READ_INPUTS = 0x02;
const WRITE_COIL = 0x05;
const FAILED = 0x80;
const ALL_COILS = 0x00ff;
const PULSES_FROM = 0x0200;
const ON = 0xff00;
const OFF = 0x0000;
/** 700 ms, as in the board's manual. */
const PULSE_TENTHS = 7;

/** The standard ends at 247. Some relay boards are sold with the address 255. */
const BOARDS = [1, 255] as const;
const CHANNELS = 32;
const CRC_BYTES = 2;
const WRITE_BYTES = 8;
const EXCEPTION_BYTES = 5;
/** Address, function, count and CRC around the bits of a read. */
const AROUND_BITS_BYTES = 5;
const BITS_BYTES_MAX = CHANNELS / 8;

/** Switches one coil. The service itself never does that: only the board ends its pulse for certain. */
export function coil({ board, channel }: LockAddress, { on }: { on: boolean }): Uint8Array {
  return request(board, WRITE_COIL, channel - 1, on ? ON : OFF);
}

/** Asks which of the first coils are on. */
export function readCoils(board: number, count: number): Uint8Array {
  return request(board, READ_COILS, 0, count);
}

function request(board: number, code: number, address: number, value: number): Uint8Array {
  const bytes = new Uint8Array(WRITE_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = board;
  bytes[1] = code;
  view.setUint16(2, address);
  view.setUint16(4, value);
  view.setUint16(6, crc16Modbus(bytes, 0, 6), true);
  return bytes;
}

export const modbus: BoardFamily = {
  name: "modbus",
  wiring: "short-when-locked",
  boards: BOARDS,
  channels: [1, CHANNELS],
  channelsPerBoard: CHANNELS,
  frameBytesMax: Math.max(WRITE_BYTES, AROUND_BITS_BYTES + BITS_BYTES_MAX),
  // The board answers when the pulse begins.
  doorOpensWithinMs: 2_000,
  isHead: (byte, boards) => boards.includes(byte),
  open: ({ board, channel }) => {
    const pulse = request(board, WRITE_COIL, PULSES_FROM + channel - 1, PULSE_TENTHS);
    return pendingOf(pulse, { answer: "open-reply", board, channel });
  },
  readAll: (board, channels) =>
    pendingOf(request(board, READ_INPUTS, 0, channels), { answer: "doors", board, channels }),
  releaseAll: (board, channels) =>
    pendingOf(request(board, WRITE_COIL, ALL_COILS, OFF), { answer: "released", board, channels }),
  frameAt,
  // A coil that is written is answered by the request itself. A request to read has another form than its answer.
  mayBeEcho: (bytes, request) => request ? equals(bytes, request.bytes) : bytes[1] === WRITE_COIL,
};

function frameAt(bytes: Uint8Array, at: number, context: DecodeContext): FrameSearch {
  const board = bytes[at] as number;
  if (board < BOARDS[0] || board > BOARDS[1]) return undefined;
  const length = lengthAt(bytes, at);
  if (length === undefined || length === "incomplete") return length;
  if (at + length > bytes.length) return "incomplete";
  const crcAt = at + length - CRC_BYTES;
  const crc = (bytes[crcAt] as number) | (bytes[crcAt + 1] as number) << 8;
  if (crc !== crc16Modbus(bytes, at, crcAt)) return undefined;
  return { frame: decodeReply(bytes.subarray(at, crcAt), context), length };
}

/** The length of the frame that may begin there, in bytes. */
function lengthAt(bytes: Uint8Array, at: number): number | "incomplete" | undefined {
  const code = bytes[at + 1];
  if (code === undefined) return "incomplete";
  if (code === WRITE_COIL) return WRITE_BYTES;
  if (code === (WRITE_COIL | FAILED) || code === (READ_INPUTS | FAILED)) return EXCEPTION_BYTES;
  if (code !== READ_INPUTS && code !== READ_COILS) return undefined;
  const count = bytes[at + 2];
  if (count === undefined) return "incomplete";
  return count >= 1 && count <= BITS_BYTES_MAX ? AROUND_BITS_BYTES + count : undefined;
}

function decodeReply(bytes: Uint8Array, { wiring, pending }: DecodeContext): DecodedFrame["frame"] {
  const [board = 0, code] = bytes;
  if (code === WRITE_COIL) return decodeWrite(bytes);
  if (code === (WRITE_COIL | FAILED)) {
    // Only the request shows which write failed.
    return { type: "without-lock", board, mayAnswer: ["open-reply", "released"], ok: false, door: undefined };
  }
  if (code !== READ_INPUTS) return undefined;
  const data = bytes.subarray(3);
  const isAsked = pending?.board === board && pending.answer === "doors";
  const channels = isAsked ? pending.channels : data.length * 8;
  // Some boards answer with more inputs than they were asked for.
  if (channels > data.length * 8) return undefined;
  return { type: "doors", board, doors: doorsOf(data, wiring).slice(0, channels) };
}

/** A write is answered by its own bytes. */
function decodeWrite(bytes: Uint8Array): Frame | undefined {
  const [board = 0, , high = 0, low = 0, valueHigh = 0, valueLow = 0] = bytes;
  const address = high << 8 | low;
  const value = valueHigh << 8 | valueLow;
  if (address === ALL_COILS && value === OFF) return { type: "released", board };
  const channel = address - PULSES_FROM + 1;
  // A pulse without length fires nothing.
  if (channel < 1 || channel > CHANNELS || value === 0) return undefined;
  return { type: "open-reply", lock: { board, channel }, ok: true, door: undefined };
}
