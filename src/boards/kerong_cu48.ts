/**
 * Kerong's CU48: 48 locks a board. SUM is the low byte of the sum of all bytes before it.
 *
 * | what | frame |
 * |---|---|
 * | unlock one, unlock all | `02 ADDR LOCK 61 03 SUM`, `02 ADDR 30 61 03 SUM` |
 * | status of all | `02 ADDR 30 60 03 SUM` |
 * | reply | `02 ADDR LOCK 75`, 6 bytes of locks, 6 of infrared sensors, `03 SUM` |
 *
 * LOCK is counted from 0. The reply's is passed over, since one source has a length there; so is what the sensors see.
 * In the locks' bytes 1 means closed in the default wiring.
 *
 * @module
 */
import { isHead, request, type Status, statusAt, statusBytes } from "./_kerong.ts";
import { type Family, pendingOf } from "./family.ts";

const ASK_STATUS = 0x60;
const UNLOCK = 0x61;
const ALL_LOCKS = 0x30;
/** No source says how many boards there may be: this limit is ours. */
const BOARD_LAST = 31;
const STATUS: Status = { command: 0x75, commandAt: 3, locks: 48 };

/** Unlocks every lock of a board, one after another; takes seconds. */
export function unlockAll(board: number): Uint8Array {
  return request(board, ALL_LOCKS, UNLOCK);
}

/** Kerong's CU48. */
export const kerongCu48: Family = {
  name: "kerong-cu48",
  wiring: "short-when-locked",
  boards: [0, BOARD_LAST],
  channels: [1, STATUS.locks],
  frameBytesMax: statusBytes(STATUS),
  // Nothing tells when the coil fired: a door that has not moved by then does not.
  popsWithinMs: 2_000,
  isHead,
  open: ({ board, channel }) =>
    pendingOf(request(board, channel - 1, UNLOCK), { answer: "nothing", board, channel }),
  readAll: (board, channels) =>
    pendingOf(request(board, ALL_LOCKS, ASK_STATUS), { answer: "doors", board, channels }),
  frameAt: (bytes, at, { wiring }) => statusAt(bytes, at, { status: STATUS, wiring, boardAt }),
};

function boardAt(address: number): number | undefined {
  return address <= BOARD_LAST ? address : undefined;
}
