/**
 * WKLY: 24 channels a board, frames `57 4B 4C 59 LEN BOARD CMD DATA… XOR`. LEN is the length of the whole frame, XOR
 * that of all bytes before it.
 *
 * | what | CMD, data | the reply's data |
 * |---|---|---|
 * | open one | `82` channel | status, channel, lock |
 * | query one | `83` channel | status, channel, lock |
 * | query all | `84` | status, count, one byte for each channel |
 * | change report | | `85` channel, lock |
 * | open all | `86` | status |
 *
 * Status `00` is ok, `FF` failed. A lock is `00` open, `01` closed in the default wiring, `FF` error.
 *
 * @module
 */
import { xor } from "./checksums.ts";
import { type Door, doorOf, type Family, type Found, type Frame, pendingOf, type Wiring } from "./family.ts";

const HEAD = [0x57, 0x4b, 0x4c, 0x59];
const OPEN = 0x82;
const QUERY = 0x83;
const QUERY_ALL = 0x84;
const REPORT = 0x85;
const OPEN_ALL = 0x86;
const OK = 0x00;
const ERROR = 0xff;

const CHANNELS = 24;
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

/** WKLY. */
export const wkly: Family = {
  name: "wkly",
  wiring: "short-when-locked",
  // The address is a byte; the last one is left out, as it is a broadcast in families like this.
  boards: [0, 254],
  channels: [1, CHANNELS],
  frameBytesMax: FRAME_BYTES_MAX,
  // The reply may come before the door has moved.
  popsWithinMs: 1_500,
  isHead: (byte) => byte === HEAD[0],
  open: ({ board, channel }) =>
    pendingOf(request(board, OPEN, channel), { answer: "open-reply", board, channel }),
  read: ({ board, channel }) => pendingOf(request(board, QUERY, channel), { answer: "door", board, channel }),
  readAll: (board, channels) => pendingOf(request(board, QUERY_ALL), { answer: "doors", board, channels }),
  frameAt: (bytes, at, { wiring }) => frameAt(bytes, at, wiring),
};

function frameAt(bytes: Uint8Array, at: number, wiring: Wiring): Found | "incomplete" | undefined {
  for (const [offset, byte] of HEAD.entries()) {
    if (at + offset === bytes.length) return "incomplete";
    if (bytes[at + offset] !== byte) return undefined;
  }
  const length = bytes[at + LENGTH_AT];
  if (length === undefined) return "incomplete";
  if (length < AROUND_DATA_BYTES || length > FRAME_BYTES_MAX) return undefined;
  if (at + length > bytes.length) return "incomplete";
  if (bytes[at + length - 1] !== xor(bytes, at, at + length - 1)) return undefined;
  const board = bytes[at + BOARD_AT] as number;
  const data = bytes.subarray(at + DATA_AT, at + length - 1);
  return { frame: said(bytes[at + COMMAND_AT] as number, { board, data, wiring }), length };
}

/** What a frame says; requests, as an adapter echoes them, have other lengths than replies and say nothing. */
function said(
  command: number,
  { board, data, wiring }: { board: number; data: Uint8Array; wiring: Wiring },
): Frame | undefined {
  const [status, second = 0, third] = data;
  if ((command === OPEN || command === QUERY) && data.length === 3) {
    const lock = { board, channel: second };
    const ok = status === OK;
    const door = ok ? doorIn(third, wiring) : undefined;
    return command === OPEN ? { type: "open-reply", lock, ok, door } : { type: "door", lock, door };
  }
  if (command === QUERY_ALL && data.length === 2 + second && second > 0) {
    const doors = Array.from(data.subarray(2), (state) => status === OK ? doorIn(state, wiring) : undefined);
    return { type: "doors", board, doors };
  }
  if (command === REPORT && data.length === 2) {
    return { type: "report", lock: { board, channel: status as number }, door: doorIn(second, wiring) };
  }
  return undefined;
}

/** Anything but the two states is the sensor's error. */
function doorIn(state: number | undefined, wiring: Wiring): Door | undefined {
  if (state === undefined || state === ERROR || state > 1) return undefined;
  return doorOf(state === 1 ? "short" : "open", wiring);
}
