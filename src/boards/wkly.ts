/**
 * WKLY: mostly 24 channels a board, frames `57 4B 4C 59 LEN BOARD CMD DATA… XOR`. LEN is the length of the whole frame,
 * XOR that of all bytes before it. Some boards begin their own frames with `53 4B 4C 59`.
 *
 * | what | CMD, data | the reply's data |
 * |---|---|---|
 * | open one | `82` channel | status, channel, lock |
 * | query one | `83` channel | status, channel, lock |
 * | query all | `84` | status, count, one byte for each channel |
 * | change report | | `85` channel, lock |
 * | open all | `86` | status |
 *
 * Status `00` is ok, `FF` failed. A lock is `00` open, `01` closed in the default wiring, `FF` error. Nothing else is
 * documented, so any other value makes the frame invalid.
 *
 * @module
 */
import { xor } from "./checksums.ts";
import { type BoardFamily, doorOf, pendingOf } from "./family.ts";
import type { Frame, FrameSearch, SensedDoor, SensorWiring } from "./family.ts";

const HEAD = [0x57, 0x4b, 0x4c, 0x59];
/** The possible first bytes of a board's frame. */
const FIRST_BYTES: ReadonlySet<number> = new Set([0x57, 0x53]);
const OPEN = 0x82;
const QUERY = 0x83;
const QUERY_ALL = 0x84;
const REPORT = 0x85;
const OPEN_ALL = 0x86;
const OK = 0x00;
const ERROR = 0xff;
const OPENED = 0x00;
const CLOSED = 0x01;

/** The vendor's document has 24; boards of up to 127 are in use. */
const CHANNELS = 127;
const DOCUMENTED_CHANNELS = 24;
/** How many bytes of data each command has in a request and, least and most, in a board's frame. */
const DATA_BYTES: ReadonlyMap<number, { request?: number; fromBoard: readonly [number, number] }> = new Map([
  [OPEN, { request: 1, fromBoard: [3, 3] }],
  [QUERY, { request: 1, fromBoard: [3, 3] }],
  [QUERY_ALL, { request: 0, fromBoard: [3, 2 + CHANNELS] }],
  [REPORT, { fromBoard: [2, 2] }],
  [OPEN_ALL, { request: 0, fromBoard: [1, 1] }],
]);
const LENGTH_AT = 4;
const BOARD_AT = 5;
const COMMAND_AT = 6;
const DATA_AT = 7;
/** Head, LEN, board, command, XOR. */
const AROUND_DATA_BYTES = 8;
const FRAME_BYTES_MAX = AROUND_DATA_BYTES + 2 + CHANNELS;

/** Opens every lock of a board, one after another; takes seconds. */
export function openAll(board: number): Uint8Array {
  return request(board, OPEN_ALL);
}

function request(board: number, ...rest: readonly number[]): Uint8Array {
  const bytes = Uint8Array.of(...HEAD, HEAD.length + 3 + rest.length, board, ...rest, 0);
  bytes[bytes.length - 1] = xor(bytes, 0, bytes.length - 1);
  return bytes;
}

export const wkly: BoardFamily = {
  name: "wkly",
  wiring: "short-when-locked",
  // The address is a byte, and no source says which ones exist; that the last one is not used is our own limit.
  boards: [0, 254],
  channels: [1, CHANNELS],
  channelsPerBoard: DOCUMENTED_CHANNELS,
  frameBytesMax: FRAME_BYTES_MAX,
  // The reply may come before the door has moved.
  doorOpensWithinMs: 1_500,
  isHead: (byte) => FIRST_BYTES.has(byte),
  open: ({ board, channel }) =>
    pendingOf(request(board, OPEN, channel), { answer: "open-reply", board, channel }),
  read: ({ board, channel }) => pendingOf(request(board, QUERY, channel), { answer: "door", board, channel }),
  readAll: (board, channels) => pendingOf(request(board, QUERY_ALL), { answer: "doors", board, channels }),
  frameAt: (bytes, at, { wiring }) => frameAt(bytes, at, wiring),
};

function frameAt(bytes: Uint8Array, at: number, wiring: SensorWiring): FrameSearch {
  if (!FIRST_BYTES.has(bytes[at] as number)) return undefined;
  for (let offset = 1; offset < HEAD.length; offset++) {
    if (at + offset === bytes.length) return "incomplete";
    if (bytes[at + offset] !== HEAD[offset]) return undefined;
  }
  const length = bytes[at + LENGTH_AT];
  if (length === undefined) return "incomplete";
  if (length < AROUND_DATA_BYTES || length > FRAME_BYTES_MAX) return undefined;
  const command = bytes[at + COMMAND_AT];
  if (command === undefined) return "incomplete";
  const kind = kindOf(command, length - AROUND_DATA_BYTES);
  if (kind === undefined) return undefined;
  if (at + length > bytes.length) return "incomplete";
  if (bytes[at + length - 1] !== xor(bytes, at, at + length - 1)) return undefined;
  // An adapter may echo requests, and the reply to open-all shows no door.
  if (kind === "request" || command === OPEN_ALL) return { frame: undefined, length };
  const board = bytes[at + BOARD_AT] as number;
  const frame = decodeReply(command, { board, data: bytes.subarray(at + DATA_AT, at + length - 1), wiring });
  return frame && { frame, length };
}

/** Requests have other lengths than the frames of boards; `undefined`: no frame has so many bytes of data. */
function kindOf(command: number, dataBytes: number): "request" | "fromBoard" | undefined {
  const known = DATA_BYTES.get(command);
  if (known === undefined) return undefined;
  if (dataBytes === known.request) return "request";
  return dataBytes >= known.fromBoard[0] && dataBytes <= known.fromBoard[1] ? "fromBoard" : undefined;
}

/** Reads a board's frame; `undefined` if the frame is not documented. */
function decodeReply(
  command: number,
  { board, data, wiring }: { board: number; data: Uint8Array; wiring: SensorWiring },
): Frame | undefined {
  const isReport = command === REPORT;
  // A report is a reply without a status.
  const [status, second] = (isReport ? [OK, data[0]] : data) as [number, number];
  const states = data.subarray(isReport ? 1 : 2);
  const ok = status === OK;
  if (ok ? !states.every(isState) : status !== ERROR) return undefined;
  const doors = Array.from(states, (state) => ok ? doorIn(state, wiring) : undefined);
  if (command === QUERY_ALL) return states.length === second ? { type: "doors", board, doors } : undefined;
  const lock = { board, channel: second };
  const [door] = doors;
  if (command === OPEN) return { type: "open-reply", lock, ok, door };
  return { type: isReport ? "report" : "door", lock, door };
}

function isState(byte: number): boolean {
  return byte === OPENED || byte === CLOSED || byte === ERROR;
}

/** With an error the switch was not read. */
function doorIn(state: number, wiring: SensorWiring): SensedDoor | undefined {
  return state === ERROR ? undefined : doorOf(state === CLOSED ? "short" : "open", wiring);
}
