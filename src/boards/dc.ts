/**
 * Dingchang: RS485, 9600 8N1, boards 1 to 15, up to 16 locks each. Requests are `DC 02 ADDR CMD LEN DATA SUM`, replies
 * `DC FE ADDR CMD LEN DATA SUM`; SUM is the low byte of the sum from the address on, without the two head bytes.
 *
 * | what | CMD, data | the reply's data |
 * |---|---|---|
 * | version | `01` | two bytes |
 * | open one | `10` lock | lock, `01` opened or `00` failed; on other boards the second byte only |
 * | read one | `11` lock | lock, `01` open or `00` closed; on other boards the second byte only |
 * | read all | `12` | high byte, low byte; 1 = open; on other boards of 8 locks the low byte only |
 * | open all, open several | `14`, `15` and `18` | two bytes |
 * | keep powered | `16`, `1A` | one byte |
 *
 * 1 is an open door in the wiring that the vendor documents. The vendor's own examples contain wrong lengths and sums:
 * a frame whose LEN is not that of its data, or not one that the command is known to have, is refused.
 *
 * @module
 */
import { sum8 } from "./checksums.ts";
import { type BoardFamily, doorOf, doorsOf, pendingOf } from "./family.ts";
import type { DecodedFrame, FrameSearch, SensorWiring } from "./family.ts";

const HEAD = 0xdc;
const TO_BOARD = 0x02;
const FROM_BOARD = 0xfe;
const VERSION = 0x01;
const OPEN = 0x10;
const READ = 0x11;
const READ_ALL = 0x12;
const OPEN_ALL = 0x14;
/** How many bytes of data the reply to each command has. */
const DATA_BYTES: ReadonlyMap<number, readonly number[]> = new Map([
  [VERSION, [2]],
  [OPEN, [1, 2]],
  [READ, [1, 2]],
  [READ_ALL, [1, 2]],
  [OPEN_ALL, [2]],
  [0x15, [2]],
  [0x16, [1]],
  [0x18, [2]],
  [0x1a, [1]],
]);
const DATA_BYTES_MAX = 2;

const LOCKS = 16;
const BOARDS = [1, 15] as const;
const ADDRESS_AT = 2;
const COMMAND_AT = 3;
const LENGTH_AT = 4;
const DATA_AT = 5;
/** All bytes but the data. */
const AROUND_DATA_BYTES = 6;

export function version(board: number): Uint8Array {
  return request(board, VERSION);
}

/** Opens every lock of a board, one after another; takes seconds. */
export function openAll(board: number): Uint8Array {
  return request(board, OPEN_ALL);
}

function request(board: number, command: number, ...data: readonly number[]): Uint8Array {
  const bytes = Uint8Array.of(HEAD, TO_BOARD, board, command, data.length, ...data, 0);
  bytes[bytes.length - 1] = sum8(bytes, ADDRESS_AT, bytes.length - 1);
  return bytes;
}

export const dc: BoardFamily = {
  name: "dc",
  wiring: "short-when-open",
  boards: BOARDS,
  channels: [1, LOCKS],
  channelsPerBoard: LOCKS,
  frameBytesMax: AROUND_DATA_BYTES + DATA_BYTES_MAX,
  // The board reads the contact before it replies; some locks release the door only after that.
  doorOpensWithinMs: 500,
  isHead: (byte) => byte === HEAD,
  open: ({ board, channel }) =>
    pendingOf(request(board, OPEN, channel), { answer: "open-reply", board, channel }),
  read: ({ board, channel }) => pendingOf(request(board, READ, channel), { answer: "door", board, channel }),
  readAll: (board, channels) => pendingOf(request(board, READ_ALL), { answer: "doors", board, channels }),
  frameAt: (bytes, at, { wiring }) => frameAt(bytes, at, wiring),
};

function frameAt(bytes: Uint8Array, at: number, wiring: SensorWiring): FrameSearch {
  if (bytes[at] !== HEAD) return undefined;
  const mayBe = (offset: number, fits: (byte: number) => boolean) => {
    const byte = bytes[at + offset];
    return byte === undefined || fits(byte);
  };
  const isReply = mayBe(1, (byte) => byte === FROM_BOARD) &&
    mayBe(ADDRESS_AT, (byte) => byte >= BOARDS[0] && byte <= BOARDS[1]);
  if (!isReply) return undefined;
  const command = bytes[at + COMMAND_AT];
  if (command === undefined) return "incomplete";
  const known = DATA_BYTES.get(command);
  if (!known || !mayBe(LENGTH_AT, (byte) => known.includes(byte))) return undefined;
  const dataBytes = bytes[at + LENGTH_AT];
  if (dataBytes === undefined) return "incomplete";
  const end = at + DATA_AT + dataBytes;
  const saysState = command === OPEN || command === READ;
  if (saysState && !mayBe(DATA_AT + dataBytes - 1, (byte) => byte <= 1)) return undefined;
  if (end >= bytes.length) return "incomplete";
  if (bytes[end] !== sum8(bytes, at + ADDRESS_AT, end)) return undefined;
  const frame = decodeReply(bytes.subarray(at + ADDRESS_AT, end), wiring);
  return { frame, length: AROUND_DATA_BYTES + dataBytes };
}

/** @param bytes a reply from the address on, without the sum */
function decodeReply(bytes: Uint8Array, wiring: SensorWiring): DecodedFrame["frame"] {
  const [board = 0, command = 0] = bytes;
  const data = bytes.subarray(DATA_AT - ADDRESS_AT);
  // The highest group of eight locks comes first.
  if (command === READ_ALL) {
    return { type: "doors", board, doors: doorsOf(data, wiring, { lastFirst: true }) };
  }
  if (command !== OPEN && command !== READ) return undefined;
  const door = doorOf(data.at(-1) === 1 ? "short" : "open", wiring);
  const [channel, state] = data;
  if (state === undefined || channel === undefined) {
    const mayAnswer = [command === OPEN ? "open-reply" : "door"] as const;
    return { type: "without-lock", board, mayAnswer, ok: true, door };
  }
  const lock = { board, channel };
  // The byte comes from the lock's contact; a board that answers has fired the coil as far as it can tell.
  return command === OPEN ? { type: "open-reply", lock, ok: true, door } : { type: "door", lock, door };
}
