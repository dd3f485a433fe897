/**
 * The 8A family: Shuoming and many clones. RS485, 9600 8N1, up to 50 locks a board, up to 99 boards a bus. The last
 * byte of a frame is the XOR of all before it; there is no length byte.
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
 * Boards differ in how many groups they send: some boards of 8 locks send one, and others the three of the vendor's
 * document. So the beginning of a reading can look like a shorter reading, or like the reply about one lock.
 *
 * @module
 */
import { equals } from "@std/bytes";
import { xor } from "./checksums.ts";
import { type BoardFamily, doorOf, doorsOf, pendingOf } from "./family.ts";
import type { DecodeContext, DecodedFrame, FrameSearch } from "./family.ts";
import type { LockAddress, PendingRequest, SensedDoor, SensorWiring } from "./family.ts";

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

/** A bus takes 32 boards by their switches; boards with addresses up to 99 are sold as well. */
const BOARDS = [1, 99] as const;
/** The vendor's document has 24. Boards of 36 and of 50 locks are sold. */
const CHANNELS = [1, 50] as const;
const DOCUMENTED_CHANNELS = 24;
const GROUPS_MAX = groupsOf(CHANNELS[1]);
const SHORT_FRAME_BYTES = 5;
/** Head, board, trailer and BCC around the groups. */
const AROUND_GROUPS_BYTES = 4;
const READING_BYTES_MAX = AROUND_GROUPS_BYTES + GROUPS_MAX;
const DOCUMENTED_READING_BYTES = AROUND_GROUPS_BYTES + groupsOf(DOCUMENTED_CHANNELS);

/** How many bytes hold the doors of so many locks. */
function groupsOf(channels: number): number {
  return Math.ceil(channels / 8);
}

function frame(head: number, board: number, lock: number, last: number): Uint8Array {
  return Uint8Array.of(head, board, lock, last, head ^ board ^ lock ^ last);
}

/** Opens every lock of a board, one after another; takes seconds. */
export function openAll(board: number): Uint8Array {
  return frame(OPEN, board, WHOLE_BOARD, SHORT);
}

/** Keeps a lock powered (`on`) or releases it. The reply differs between boards, so none is expected. */
export function hold(lock: LockAddress, options: { on: boolean }): Uint8Array {
  return frame(options.on ? HOLD_ON : HOLD_OFF, lock.board, lock.channel, SHORT);
}

/** Asks the only board on the bus for its address. */
export function readAddress(): PendingRequest {
  return pendingOf(frame(READ, 1, WHOLE_BOARD, ASK_ADDRESS), { answer: "address", board: 1 });
}

export const board8a: BoardFamily = {
  name: "8a",
  wiring: "short-when-locked",
  boards: BOARDS,
  channels: CHANNELS,
  channelsPerBoard: DOCUMENTED_CHANNELS,
  frameBytesMax: READING_BYTES_MAX,
  // The board reads the contact before it replies.
  doorOpensWithinMs: 0,
  isHead: (byte) => HEADS.has(byte),
  open: (lock) => pendingOf(frame(OPEN, lock.board, lock.channel, SHORT), { answer: "open-reply", ...lock }),
  read: (lock) => pendingOf(frame(READ, lock.board, lock.channel, ASK_STATE), { answer: "door", ...lock }),
  readAll: (board, channels) =>
    pendingOf(frame(READ, board, WHOLE_BOARD, ASK_STATE), { answer: "doors", board, channels }),
  frameAt,
  mayBeEcho,
};

/**
 * The answer "did not open" is the request byte for byte, and so is the reading of a board of 8 locks whose contacts are
 * all open. Any request to read has the form of such a board's reading.
 */
function mayBeEcho(bytes: Uint8Array, request?: PendingRequest): boolean {
  if (request) return equals(bytes, request.bytes);
  const [head, , , last] = bytes;
  return bytes.length === SHORT_FRAME_BYTES &&
    (head === OPEN && last === SHORT || head === READ && last === ASK_STATE);
}

function frameAt(bytes: Uint8Array, at: number, context: DecodeContext): FrameSearch {
  const head = bytes[at] as number;
  if (!HEADS.has(head)) return undefined;
  const board = bytes[at + 1];
  if (board === undefined) return "incomplete";
  if (!isWithin(board, BOARDS)) return undefined;
  if (head === READ) return readReplyAt(bytes, at, context);
  if (bytes.length - at < SHORT_FRAME_BYTES) return "incomplete";
  if (!isFrameAt(bytes, at, SHORT_FRAME_BYTES)) return undefined;
  const door = stateOf(bytes[at + 3], context.wiring);
  if (door === undefined) return undefined;
  const lock = { board, channel: bytes[at + 2] as number };
  const isKnown = isWithin(lock.channel, CHANNELS);
  // The byte shows where the contact is, and nothing of the coil.
  if (head === OPEN && isKnown) {
    return { frame: { type: "open-reply", lock, ok: true, door }, length: SHORT_FRAME_BYTES };
  }
  if (REPORTS.includes(head) && isKnown) {
    return { frame: { type: "report", lock, door }, length: SHORT_FRAME_BYTES };
  }
  return { frame: undefined, length: SHORT_FRAME_BYTES };
}

/** The reply to a read: of one lock, 5 bytes, or of a whole board, 5 to 11 bytes. */
function readReplyAt(bytes: Uint8Array, at: number, context: DecodeContext): FrameSearch {
  const { pending, outstanding = [], readingBytes } = context;
  const board = bytes[at + 1] as number;
  const isMeant = pending?.board === board;
  const isAsked = isMeant && pending.answer === "doors";
  const seenBytes = readingBytes?.(board);
  const lengths = isAsked ? askedLengths(pending, seenBytes) : unaskedLengths(seenBytes);
  const isLonger = (bytesMin: number) =>
    lengths.some((length) => length > bytesMin && mayBeReading(bytes, at, length));
  const doors = wholeBoardAt(bytes, at, { lengths, wiring: context.wiring });
  // When the whole board was asked for, this can only be the beginning of its reading.
  const one = isAsked ? undefined : oneLockAt(bytes, at, context.wiring);
  const isFollowed = isShortFrameAt(bytes, at + SHORT_FRAME_BYTES);
  const found = one && (isFollowed || !doors) ? one : doors;
  if (!found) {
    const mayBeOne = !isAsked && bytes.length - at < SHORT_FRAME_BYTES;
    return mayBeOne || isLonger(0) ? "incomplete" : undefined;
  }
  const isLate = outstanding.some((request) => request.board === board && request.answer === "doors");
  const isSure = found === one
    ? isMeant && pending.answer === "door" && pending.channel === bytes[at + 2] && !isLate
    : seenBytes !== undefined || found.length === DOCUMENTED_READING_BYTES;
  return isSure || isFollowed || !isLonger(found.length) ? found : { ...found, mayContinue: true };
}

/**
 * The possible lengths of the reading that was asked for, in the order to try them: the documented one, the one seen
 * before, then the shortest first. A board never sends less than before, and more only where the earlier reading was
 * cut off: two short readings one behind the other do not look like one documented reading.
 */
function askedLengths({ channels }: PendingRequest, seenBytes = 0): readonly number[] {
  const bytesMin = Math.max(AROUND_GROUPS_BYTES + groupsOf(channels), seenBytes);
  const usual = Math.max(bytesMin, DOCUMENTED_READING_BYTES);
  const others = Array.from({ length: READING_BYTES_MAX - bytesMin + 1 }, (_, index) => bytesMin + index);
  return [usual, ...others.filter((length) => length !== usual)];
}

/** The possible lengths of a reading that was not asked for here, but by a DTU for instance. */
function unaskedLengths(seenBytes: number | undefined): readonly number[] {
  return seenBytes === undefined ? [7, 5, 6] : [seenBytes];
}

/** Whether the bytes up to the end may be the beginning of a whole board's reading of that length. */
function mayBeReading(bytes: Uint8Array, at: number, length: number): boolean {
  const trailer = bytes[at + length - 2];
  return bytes.length < at + length && (trailer === undefined || trailer === ASK_STATE);
}

function isShortFrameAt(bytes: Uint8Array, at: number): boolean {
  return HEADS.has(bytes[at] as number) && isFrameAt(bytes, at, SHORT_FRAME_BYTES);
}

function oneLockAt(bytes: Uint8Array, at: number, wiring: SensorWiring): DecodedFrame | undefined {
  if (!isFrameAt(bytes, at, SHORT_FRAME_BYTES)) return undefined;
  const board = bytes[at + 1] as number;
  const channel = bytes[at + 2] as number;
  const last = bytes[at + 3];
  if (last === ASK_ADDRESS) return { frame: { type: "address", board: channel }, length: SHORT_FRAME_BYTES };
  const door = stateOf(last, wiring);
  if (door === undefined || !isWithin(channel, CHANNELS)) return undefined;
  return { frame: { type: "door", lock: { board, channel }, door }, length: SHORT_FRAME_BYTES };
}

function wholeBoardAt(
  bytes: Uint8Array,
  at: number,
  { lengths, wiring }: { lengths: readonly number[]; wiring: SensorWiring },
): DecodedFrame | undefined {
  for (const length of lengths) {
    if (bytes[at + length - 2] !== ASK_STATE || !isFrameAt(bytes, at, length)) continue;
    const doors = doorsOf(bytes.subarray(at + 2, at + length - 2), wiring, { lastFirst: true });
    return { frame: { type: "doors", board: bytes[at + 1] as number, doors }, length };
  }
  return undefined;
}

/** Whether a whole frame is there: from a possible board, and with a right BCC. */
function isFrameAt(bytes: Uint8Array, at: number, length: number): boolean {
  return at + length <= bytes.length && isWithin(bytes[at + 1] as number, BOARDS) &&
    bytes[at + length - 1] === xor(bytes, at, at + length - 1);
}

function isWithin(value: number, [first, last]: readonly [number, number]): boolean {
  return value >= first && value <= last;
}

function stateOf(state: number | undefined, wiring: SensorWiring): SensedDoor | undefined {
  if (state === SHORT) return doorOf("short", wiring);
  if (state === NOT_SHORT) return doorOf("open", wiring);
  return undefined;
}
