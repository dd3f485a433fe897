/**
 * Kerong's CU12 and CU16: 12 or 16 locks a board, up to 16 boards a bus, 19200 8N1. The board is the address's high
 * half, the lock its low half, counted from 0. SUM is the low byte of the sum of all bytes before it.
 *
 * | what | frame |
 * |---|---|
 * | unlock one, unlock all | `02 ADDR 31 03 SUM`, `02 ADDR 33 03 SUM` |
 * | status, reply | `02 ADDR 30 03 SUM`, `02 ADDR 35 L1-8 L9-16 IR1-8 IR9-16 03 SUM` |
 * | status of all boards, reply of each | `02 F0 32 03 SUM`, `02 ADDR 36 L1-8 L9-16 IR1-8 IR9-16 03 SUM` |
 *
 * In L, 1 means locked in the default wiring. The infrared sensors are ignored. An unlock may get no answer,
 * or a garbled one, though the door opens: only the status counts.
 *
 * @module
 */
import { isHead, request, statusAt, statusBytes, type StatusFormat } from "./kerong.ts";
import { type BoardFamily, pendingOf, type PendingRequest } from "./family.ts";

const ASK_STATUS = 0x30;
const UNLOCK = 0x31;
const UNLOCK_ALL = 0x33;
const STATUS: StatusFormat = { commands: [0x35, 0x36], commandAt: 2, locks: 16 };

/** Unlocks every lock of a board, one after another; takes seconds. */
export function unlockAll(board: number): Uint8Array {
  return request(board << 4, UNLOCK_ALL);
}

export const kerongCu16: BoardFamily = {
  name: "kerong-cu16",
  wiring: "short-when-locked",
  boards: [0, 15],
  channels: [1, STATUS.locks],
  channelsPerBoard: STATUS.locks,
  frameBytesMax: statusBytes(STATUS),
  // Nothing shows when the coil fired: a door that has not moved by then does not.
  doorOpensWithinMs: 2_000,
  isHead,
  open: ({ board, channel }) =>
    pendingOf(request(board << 4 | channel - 1, UNLOCK), { answer: "nothing", board, channel }),
  readAll: (board, channels) =>
    pendingOf(request(board << 4, ASK_STATUS), { answer: "doors", board, channels }),
  frameAt: (bytes, at, { wiring, pending }) =>
    statusAt(bytes, at, { status: STATUS, wiring, boardAt: (address) => boardAt(address, pending) }),
};

/**
 * Boards reply with the address as the request has it. Some sources have the plain number; it is taken only
 * for the board that was asked, since it could as well be board 0's status of one lock.
 */
function boardAt(address: number, pending: PendingRequest | undefined): number | undefined {
  if ((address & 0x0f) === 0) return address >> 4;
  return pending?.answer === "doors" && pending.board === address ? address : undefined;
}
