/**
 * The 8A family: Shuoming and many clones. RS485, 9600 8N1, up to 24 locks a board, up to 32 boards a bus. The
 * last byte of a frame is the XOR of all before it; there is no length byte.
 *
 * | what | frame |
 * |---|---|
 * | open one, open all | `8A board lock 11 BCC`, `8A board 00 11 BCC` |
 * | open reply | `8A board lock STATE BCC` |
 * | read one, reply | `80 board lock 33 BCC`, `80 board lock STATE BCC` |
 * | read all, reply | `80 board 00 33 BCC`, `80 board S… 33 BCC`, highest group of eight locks first |
 * | hold on, hold off | `9A board lock 11 BCC`, `9B board lock 11 BCC` |
 * | change report | `82 board lock STATE BCC`, on other boards `81 …` |
 * | read the address, reply | `80 01 00 99 BCC`, `80 01 addr 99 BCC` |
 *
 * STATE `11`: the contact is short, `00`: it is not. In the vendor's default wiring short means closed.
 *
 * @module
 */
import { type Door, doorOf, type Family, type Found, type Lock, type Pending, pendingOf } from "./family.ts";
import type { DecodeContext, Wiring } from "./family.ts";

const OPEN = 0x8a;
const READ = 0x80;
const HOLD_ON = 0x9a;
const HOLD_OFF = 0x9b;
const REPORTS = [0x82, 0x81];
const HEADS: ReadonlySet<number> = new Set([OPEN, READ, HOLD_ON, HOLD_OFF, ...REPORTS]);
const SHORT = 0x11;
const NOT_SHORT = 0x00;
const ASK_STATE = 0x33;
const ASK_ADDRESS = 0x99;
const WHOLE_BOARD = 0;

/** Most groups of eight locks in a read-all reply. The family has three; clones of up to 48 locks are sold. */
const GROUPS_MAX = 6;
const BOARDS = [1, 32] as const;
const SHORT_FRAME_BYTES = 5;
/** Head, board, trailer, BCC around the groups. */
const AROUND_GROUPS_BYTES = 4;
/** The reply of a board with 24 locks. */
const DOCUMENTED_READ_ALL_BYTES = 7;
/** Lengths of a read-all reply in the order to try them. */
const READ_ALL_BYTES = [DOCUMENTED_READ_ALL_BYTES, 5, 6, 8, 9, 10];

/** The XOR of `bytes[start]` to `bytes[end - 1]`. */
function bcc(bytes: Uint8Array, start: number, end: number): number {
  let xor = 0;
  for (let i = start; i < end; i++) xor ^= bytes[i] as number;
  return xor;
}

function frame(head: number, board: number, lock: number, last: number): Uint8Array {
  return Uint8Array.of(head, board, lock, last, head ^ board ^ lock ^ last);
}

/** Opens every lock of a board, one after another; takes seconds. */
export function openAll(board: number): Uint8Array {
  return frame(OPEN, board, WHOLE_BOARD, SHORT);
}

/** Keeps a lock powered (`on`) or releases it. The reply differs between boards, so none is expected. */
export function hold(lock: Lock, options: { on: boolean }): Uint8Array {
  return frame(options.on ? HOLD_ON : HOLD_OFF, lock.board, lock.channel, SHORT);
}

/** Asks the only board on the bus for its address. */
export function readAddress(): Pending {
  return pendingOf(frame(READ, 1, WHOLE_BOARD, ASK_ADDRESS), { answer: "address", board: 1 });
}

/** The 8A family. */
export const board8a: Family = {
  name: "8a",
  wiring: "short-when-locked",
  boards: BOARDS,
  channels: [1, 24],
  frameBytesMax: AROUND_GROUPS_BYTES + GROUPS_MAX,
  // The reply comes after the board has looked.
  popsWithinMs: 0,
  isHead: (byte) => HEADS.has(byte),
  open: (lock) => pendingOf(frame(OPEN, lock.board, lock.channel, SHORT), { answer: "open-reply", ...lock }),
  read: (lock) => pendingOf(frame(READ, lock.board, lock.channel, ASK_STATE), { answer: "door", ...lock }),
  readAll: (board, channels) =>
    pendingOf(frame(READ, board, WHOLE_BOARD, ASK_STATE), { answer: "doors", board, channels }),
  frameAt,
};

function frameAt(bytes: Uint8Array, at: number, context: DecodeContext): Found | "incomplete" | undefined {
  const head = bytes[at] as number;
  if (head === READ) return readReplyAt(bytes, at, context);
  if (!HEADS.has(head)) return undefined;
  if (bytes.length - at < SHORT_FRAME_BYTES) return "incomplete";
  if (!checks(bytes, at, SHORT_FRAME_BYTES)) return undefined;
  const door = stateOf(bytes[at + 3], context.wiring);
  if (door === undefined) return undefined;
  const lock = { board: bytes[at + 1] as number, channel: bytes[at + 2] as number };
  // The byte says where the contact is, and nothing of the coil.
  if (head === OPEN) {
    return { frame: { type: "open-reply", lock, ok: true, door }, length: SHORT_FRAME_BYTES };
  }
  if (REPORTS.includes(head)) {
    return { frame: { type: "report", lock, door }, length: SHORT_FRAME_BYTES };
  }
  return { frame: undefined, length: SHORT_FRAME_BYTES };
}

/** An 80-frame is 5 to 10 bytes long: the pending request tells which to try first, the BCC decides. */
function readReplyAt(
  bytes: Uint8Array,
  at: number,
  context: DecodeContext,
): Found | "incomplete" | undefined {
  const { pending } = context;
  const awaitsAll = pending?.answer === "doors";
  // The beginning of a longer reply may look like a whole short one.
  const lengthMin = awaitsAll ? AROUND_GROUPS_BYTES + Math.ceil(pending.channels / 8) : 0;
  if (pending?.board === bytes[at + 1] && bytes.length - at < lengthMin) return "incomplete";
  const found = awaitsAll
    ? readAllAt(bytes, at, context) ?? shortReadAt(bytes, at, context)
    : shortReadAt(bytes, at, context) ?? readAllAt(bytes, at, context);
  const lengthMax = awaitsAll ? AROUND_GROUPS_BYTES + GROUPS_MAX : DOCUMENTED_READ_ALL_BYTES;
  return found ?? (bytes.length - at < lengthMax ? "incomplete" : undefined);
}

function shortReadAt(bytes: Uint8Array, at: number, context: DecodeContext): Found | undefined {
  if (!checks(bytes, at, SHORT_FRAME_BYTES)) return undefined;
  const board = bytes[at + 1] as number;
  const channel = bytes[at + 2] as number;
  const last = bytes[at + 3];
  if (last === ASK_ADDRESS) return { frame: { type: "address", board: channel }, length: SHORT_FRAME_BYTES };
  const door = stateOf(last, context.wiring);
  if (door === undefined) return undefined;
  return { frame: { type: "door", lock: { board, channel }, door }, length: SHORT_FRAME_BYTES };
}

function readAllAt(bytes: Uint8Array, at: number, context: DecodeContext): Found | undefined {
  const { pending, wiring } = context;
  const groupsMin = pending?.answer === "doors" ? Math.ceil(pending.channels / 8) : 1;
  for (const length of READ_ALL_BYTES) {
    const groups = length - AROUND_GROUPS_BYTES;
    if (groups < groupsMin || bytes[at + length - 2] !== ASK_STATE || !checks(bytes, at, length)) {
      continue;
    }
    const doors: Door[] = [];
    for (let lock = 0; lock < groups * 8; lock++) {
      const group = bytes[at + 2 + groups - 1 - (lock >> 3)] as number;
      doors.push(doorOf((group >> (lock & 7) & 1) === 1 ? "short" : "open", wiring));
    }
    return { frame: { type: "doors", board: bytes[at + 1] as number, doors }, length };
  }
  return undefined;
}

/** Whether a whole frame is there: from a board that there can be, and with a right BCC. */
function checks(bytes: Uint8Array, at: number, length: number): boolean {
  const board = bytes[at + 1] as number;
  return at + length <= bytes.length && board >= BOARDS[0] && board <= BOARDS[1] &&
    bytes[at + length - 1] === bcc(bytes, at, at + length - 1);
}

function stateOf(state: number | undefined, wiring: Wiring): Door | undefined {
  if (state === SHORT) return doorOf("short", wiring);
  if (state === NOT_SHORT) return doorOf("open", wiring);
  return undefined;
}
