import { bitBytes, xor } from "./bytes.ts";
import type { BoardRequest, Dialect, SimulatedFamily } from "./dialect.ts";
import type { LockSensors } from "./lock_sensors.ts";
import type { SimulatedLock } from "../bus_events.ts";
import type { VirtualBusOptions } from "../options_bus.ts";

const REQUEST_BYTES = 5;
const HEADS: ReadonlySet<number | undefined> = new Set([0x8a, 0x80, 0x9a, 0x9b]);

/** The 8A family as its boards speak it. All requests have five bytes: head, board, lock, kind, BCC. */
class Dialect8a implements Dialect {
  readonly #sensors: LockSensors;
  readonly #options: VirtualBusOptions;

  constructor(sensors: LockSensors, options: VirtualBusOptions) {
    this.#sensors = sensors;
    this.#options = options;
  }

  read(all: Uint8Array): BoardRequest | "more" | "none" {
    if (!HEADS.has(all[0])) return "none";
    if (all.length < REQUEST_BYTES) return "more";
    const bytes = all.slice(0, REQUEST_BYTES);
    return xor(bytes) === 0 ? this.#understand(bytes) ?? "none" : "none";
  }

  report(cell: SimulatedLock): Uint8Array | undefined {
    const { changeReports } = this.#options;
    return changeReports ? this.#state(changeReports === true ? 0x82 : changeReports, cell) : undefined;
  }

  #understand(bytes: Uint8Array): BoardRequest | undefined {
    const [head = 0, board = 0, lock = 0, tail = 0] = bytes;
    const isForAll = lock === 0;
    switch (head << 8 | tail) {
      case 0x8a11:
        return isForAll ? this.#openAll(bytes, board) : this.#openOne(bytes, { board, lock });
      case 0x8033:
        return isForAll ? this.#readAll(bytes, board) : this.#readOne(bytes, { board, lock });
      case 0x9a11:
      case 0x9b11:
        return this.#hold(bytes, { board, lock });
      case 0x8099:
        // The request is sent without knowing the address: always `80 01 00 99`.
        return board === 1 && isForAll ? this.#tellAddress(bytes) : undefined;
      default:
        return undefined;
    }
  }

  #openOne(bytes: Uint8Array, { board, lock }: SimulatedLock): BoardRequest {
    if (!this.#sensors.has({ board, lock })) return { bytes, board };
    return {
      bytes,
      board,
      lockCommand: { kind: "open", lock },
      reply: () => this.#state(0x8a, { board, lock }),
    };
  }

  /** No reply is documented for it; this one is the open reply with lock 00, after the last lock. */
  #openAll(bytes: Uint8Array, board: number): BoardRequest {
    const reply = () => seal([0x8a, board, 0x00, stateByte(this.#sensors.isShortOfAll(board))]);
    return { bytes, board, lockCommand: { kind: "open-all" }, reply };
  }

  #readOne(bytes: Uint8Array, cell: SimulatedLock): BoardRequest {
    if (!this.#sensors.has(cell)) return { bytes, board: cell.board };
    return { bytes, board: cell.board, reply: () => this.#state(0x80, cell) };
  }

  /** One state byte per 8 locks, the highest group first. */
  #readAll(bytes: Uint8Array, board: number): BoardRequest {
    const reply = () => {
      const shorts = this.#sensors.areShort(board);
      const byteCount = this.#options.stateBytes ?? Math.ceil(shorts.length / 8);
      return seal([0x80, board, ...bitBytes(shorts, byteCount).reverse(), 0x33]);
    };
    return { bytes, board, reply };
  }

  #hold(bytes: Uint8Array, { board, lock }: SimulatedLock): BoardRequest {
    if (!this.#sensors.has({ board, lock })) return { bytes, board };
    const head = bytes[0] ?? 0;
    const lockCommand = { kind: head === 0x9a ? "hold" : "release", lock } as const;
    const holdReply = this.#options.holdReply ?? "none";
    if (holdReply === "none") return { bytes, board, lockCommand };
    const reply = () => holdReply === "echo" ? bytes : this.#state(head, { board, lock });
    return { bytes, board, lockCommand, reply };
  }

  #tellAddress(bytes: Uint8Array): BoardRequest {
    return { bytes, board: "any", reply: (board) => seal([0x80, 0x01, board, 0x99]) };
  }

  #state(head: number, cell: SimulatedLock): Uint8Array {
    return seal([head, cell.board, cell.lock, stateByte(this.#sensors.isShort(cell))]);
  }
}

/** The bytes with their BCC behind them. */
function seal(bytes: readonly number[]): Uint8Array {
  return Uint8Array.of(...bytes, xor(bytes));
}

/** A feedback contact as the byte STATE: `11` short, `00` not short. */
function stateByte(short: boolean): number {
  return short ? 0x11 : 0x00;
}

/** 8A, of Shuoming and many clones. */
export const FAMILY_8A: SimulatedFamily = {
  boardFirst: 1,
  boardsMax: 99,
  locks: 24,
  // The vendor's document ends at 24; this leaves room for clones with larger boards.
  locksMax: 64,
  wiring: "short-when-locked",
  replyMs: 200,
  openReplies: ["normal"],
  options: ["holdReply", "stateBytes"],
  createDialect: (sensors, options) => new Dialect8a(sensors, options),
};
