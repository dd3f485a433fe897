/**
 * Kerong's CU48: 48 locks a board. SUM is the low byte of the sum of all bytes before it.
 *
 * | what | frame |
 * |---|---|
 * | unlock one, unlock all | `02 ADDR LOCK 61 03 SUM`, `02 ADDR 30 61 03 SUM` |
 * | status of all | `02 ADDR 30 60 03 SUM` |
 * | reply | `02 ADDR LOCK 75`, 6 bytes of locks, 6 of infrared sensors, `03 SUM` |
 * | reply without sensors | `02 ADDR LOCK 75 06`, 6 bytes of locks, `SUM` |
 *
 * LOCK is counted from 0. The reply's LOCK is ignored, since one source has a length there; so are the sensors.
 * In the locks' bytes 1 means closed in the default wiring.
 *
 * @module
 */
import { isHead, request, statusAt, statusBytes, type StatusFormat } from "./kerong.ts";
import { sum8 } from "./checksums.ts";
import { type BoardFamily, type DecodeContext, doorsOf, type FrameSearch, pendingOf } from "./family.ts";

const ASK_STATUS = 0x60;
const UNLOCK = 0x61;
const ALL_LOCKS = 0x30;
/** The address is a byte. No source says which ones exist; that the last one is not used is our own limit. */
const BOARD_LAST = 254;
const STATUS: StatusFormat = { commands: [0x75], commandAt: 3, locks: 48 };
const STATUS_BYTES = statusBytes(STATUS);
/** Where a reply without sensors has the number of its bytes of locks. */
const LENGTH_AT = STATUS.commandAt + 1;
const LOCK_BYTES = STATUS.locks / 8;
const SHORT_STATUS_BYTES = LENGTH_AT + 1 + LOCK_BYTES + 1;

/** Unlocks every lock of a board, one after another; takes seconds. */
export function unlockAll(board: number): Uint8Array {
  return request(board, ALL_LOCKS, UNLOCK);
}

export const kerongCu48: BoardFamily = {
  name: "kerong-cu48",
  wiring: "short-when-locked",
  boards: [0, BOARD_LAST],
  channels: [1, STATUS.locks],
  channelsPerBoard: STATUS.locks,
  frameBytesMax: STATUS_BYTES,
  // Nothing shows when the coil fired: a door that has not moved by then does not.
  doorOpensWithinMs: 2_000,
  isHead,
  open: ({ board, channel }) =>
    pendingOf(request(board, channel - 1, UNLOCK), { answer: "nothing", board, channel }),
  readAll: (board, channels) =>
    pendingOf(request(board, ALL_LOCKS, ASK_STATUS), { answer: "doors", board, channels }),
  frameAt,
};

function frameAt(bytes: Uint8Array, at: number, context: DecodeContext): FrameSearch {
  const { pending, wiring, readingBytes } = context;
  const whole = statusAt(bytes, at, { status: STATUS, wiring, boardAt });
  const board = bytes[at + 1];
  const seenBytes = board === undefined ? undefined : readingBytes?.(board);
  // The frame's checks are weak, so it has to be asked for, and of a board that has not sent the longer frame before.
  const isAsked = pending?.answer === "doors" && pending.board === board;
  if (typeof whole === "object" || !isAsked || seenBytes === STATUS_BYTES) return whole;
  const short = shortStatusAt(bytes, at, context);
  if (typeof short !== "object") return short ?? whole;
  return whole === "incomplete" && seenBytes === undefined ? { ...short, mayContinue: true } : short;
}

function shortStatusAt(bytes: Uint8Array, at: number, { wiring }: DecodeContext): FrameSearch {
  const begins = isHead(bytes[at] as number) &&
    STATUS.commands.includes(bytes[at + STATUS.commandAt] as number);
  if (!begins || (bytes[at + LENGTH_AT] ?? LOCK_BYTES) !== LOCK_BYTES) return undefined;
  const end = at + SHORT_STATUS_BYTES - 1;
  if (end >= bytes.length) return "incomplete";
  if (bytes[end] !== sum8(bytes, at, end)) return undefined;
  const doors = doorsOf(bytes.subarray(at + LENGTH_AT + 1, end), wiring);
  return { frame: { type: "doors", board: bytes[at + 1] as number, doors }, length: SHORT_STATUS_BYTES };
}

function boardAt(address: number): number | undefined {
  return address <= BOARD_LAST ? address : undefined;
}
