import { sum8 } from "./bytes.ts";
import type { BoardRequest, Dialect, SimulatedFamily } from "./dialect.ts";
import type { LockSensors } from "./lock_sensors.ts";

const REQUEST_BYTES = 4;
const HEAD = 0xa0;
/** There are no addresses: one board is all of the bus. */
const BOARD = 1;
const LARGE_BOARD_LOCKS = 16;

/**
 * LCUS relays as they speak it: `A0 channel op SUM`; on boards of 16 the channel 00 means all of them. They
 * never send anything of use.
 */
class DialectLcus implements Dialect {
  readonly #sensors: LockSensors;

  constructor(sensors: LockSensors) {
    this.#sensors = sensors;
  }

  read(all: Uint8Array): BoardRequest | "more" | "none" {
    if (all[0] !== HEAD) return "none";
    if (all.length < REQUEST_BYTES) return "more";
    const bytes = all.slice(0, REQUEST_BYTES);
    const [, lock = 0, op = 0, sum] = bytes;
    if (op > 1 || sum8(bytes.subarray(0, -1)) !== sum) return "none";
    const isForAll = lock === 0 && this.#sensors.lockCount(BOARD) === LARGE_BOARD_LOCKS;
    if (isForAll && op === 0) return { bytes, board: BOARD, lockCommand: { kind: "release-all" } };
    if (!this.#sensors.has({ board: BOARD, lock })) return { bytes, board: BOARD };
    return { bytes, board: BOARD, lockCommand: { kind: op === 1 ? "hold" : "release", lock } };
  }
}

/** LCUS relays: no reply, no pulse of their own, no state. */
export const FAMILY_LCUS: SimulatedFamily = {
  boardFirst: BOARD,
  boardsMax: 1,
  locks: 8,
  locksMax: LARGE_BOARD_LOCKS,
  wiring: "short-when-locked",
  replyMs: 0,
  openReplies: ["none"],
  options: [],
  createDialect: (sensors) => new DialectLcus(sensors),
};
