/**
 * Dingchang: RS485, 9600 8N1, boards 1 to 15, up to 16 locks each. Requests are `DC 02 ADDR CMD LEN DATA SUM`, replies
 * `DC FE ADDR CMD LEN DATA SUM`; SUM is the low byte of the sum from the address on, without the two head bytes.
 *
 * | what | CMD, data | the reply's data |
 * |---|---|---|
 * | version | `01` | two bytes |
 * | open one | `10` lock | lock, `01` opened or `00` failed |
 * | read one | `11` lock | lock, `01` open or `00` closed |
 * | read all | `12` | high byte, low byte; 1 = open |
 * | open all | `14` | high byte, low byte |
 *
 * 1 is an open door in the wiring that the vendor documents. The vendor's own examples contain wrong lengths and sums:
 * each command has one length, and what differs is refused.
 *
 * @module
 */
import { sum8 } from "./checksums.ts";
import { type Door, doorOf, type Family, type Found, type Frame, pendingOf, type Wiring } from "./family.ts";

const HEAD = 0xdc;
const TO_BOARD = 0x02;
const FROM_BOARD = 0xfe;
const VERSION = 0x01;
const OPEN = 0x10;
const READ = 0x11;
const READ_ALL = 0x12;
const OPEN_ALL = 0x14;
const COMMANDS: ReadonlySet<number> = new Set([VERSION, OPEN, READ, READ_ALL, OPEN_ALL]);

const LOCKS = 16;
const BOARDS = [1, 15] as const;
const ADDRESS_AT = 2;
const COMMAND_AT = 3;
const LENGTH_AT = 4;
const DATA_AT = 5;
const STATE_AT = 6;
/** Every reply has two bytes of data. */
const DATA_BYTES = 2;
const REPLY_BYTES = DATA_AT + DATA_BYTES + 1;

/** Asks a board for its version. */
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

/** Dingchang. */
export const dc: Family = {
  name: "dc",
  wiring: "short-when-open",
  boards: BOARDS,
  channels: [1, LOCKS],
  frameBytesMax: REPLY_BYTES,
  // The reply comes after the board has looked; some locks let go only after it.
  popsWithinMs: 500,
  isHead: (byte) => byte === HEAD,
  open: ({ board, channel }) =>
    pendingOf(request(board, OPEN, channel), { answer: "open-reply", board, channel }),
  read: ({ board, channel }) => pendingOf(request(board, READ, channel), { answer: "door", board, channel }),
  readAll: (board, channels) => pendingOf(request(board, READ_ALL), { answer: "doors", board, channels }),
  frameAt: (bytes, at, { wiring }) => frameAt(bytes, at, wiring),
};

function frameAt(bytes: Uint8Array, at: number, wiring: Wiring): Found | "incomplete" | undefined {
  if (bytes[at] !== HEAD) return undefined;
  const mayBe = (offset: number, fits: (byte: number) => boolean) => {
    const byte = bytes[at + offset];
    return byte === undefined || fits(byte);
  };
  const isReply = mayBe(1, (byte) => byte === FROM_BOARD) &&
    mayBe(ADDRESS_AT, (byte) => byte >= BOARDS[0] && byte <= BOARDS[1]) &&
    mayBe(COMMAND_AT, (byte) => COMMANDS.has(byte)) && mayBe(LENGTH_AT, (byte) => byte === DATA_BYTES);
  if (!isReply) return undefined;
  const command = bytes[at + COMMAND_AT];
  const saysState = command === OPEN || command === READ;
  if (saysState && !mayBe(STATE_AT, (byte) => byte <= 1)) return undefined;
  if (at + REPLY_BYTES > bytes.length) return "incomplete";
  const end = at + REPLY_BYTES - 1;
  if (bytes[end] !== sum8(bytes, at + ADDRESS_AT, end)) return undefined;
  return { frame: said(bytes.subarray(at + ADDRESS_AT, end), wiring), length: REPLY_BYTES };
}

function said(bytes: Uint8Array, wiring: Wiring): Frame | undefined {
  const [board = 0, command = 0, , first = 0, second = 0] = bytes;
  const lock = { board, channel: first };
  switch (command) {
    case OPEN:
      // The byte comes from the lock's contact; that the board answers says that it did what it could.
      return { type: "open-reply", lock, ok: true, door: doorIn(second, wiring) };
    case READ:
      return { type: "door", lock, door: doorIn(second, wiring) };
    case READ_ALL:
      return { type: "doors", board, doors: doorsIn(first << 8 | second, wiring) };
    default:
      return undefined;
  }
}

function doorsIn(bits: number, wiring: Wiring): Door[] {
  return Array.from({ length: LOCKS }, (_, lock) => doorIn(bits >> lock & 1, wiring));
}

function doorIn(state: number, wiring: Wiring): Door {
  return doorOf(state === 1 ? "short" : "open", wiring);
}
