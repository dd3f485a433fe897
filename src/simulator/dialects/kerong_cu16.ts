import { bitBytes, sum8 } from "./bytes.ts";
import type { BoardRequest, Dialect, SimulatedFamily } from "./dialect.ts";
import { garbled, infraredOf, seal } from "./kerong.ts";
import type { LockSensors } from "./lock_sensors.ts";
import type { VirtualBusOptions } from "../options_bus.ts";

const REQUEST_BYTES = 5;

/**
 * Kerong CU12 and CU16 as their boards speak it: `02 ADDR CMD 03 SUM`, where the high nibble of ADDR is the board
 * and the low one the lock, from 0.
 */
class DialectKerongCu16 implements Dialect {
  readonly #sensors: LockSensors;
  readonly #options: VirtualBusOptions;

  constructor(sensors: LockSensors, options: VirtualBusOptions) {
    this.#sensors = sensors;
    this.#options = options;
  }

  read(all: Uint8Array): BoardRequest | "more" | "none" {
    if (all[0] !== 0x02) return "none";
    if (all.length < REQUEST_BYTES) return "more";
    const bytes = all.slice(0, REQUEST_BYTES);
    if (bytes[3] !== 0x03 || sum8(bytes.subarray(0, -1)) !== bytes[4]) return "none";
    return this.#understand(bytes) ?? "none";
  }

  #understand(bytes: Uint8Array): BoardRequest | undefined {
    const [, address = 0, command] = bytes;
    const board = address >> 4;
    const low = address & 0x0f;
    switch (command) {
      case 0x30:
        return low === 0 ? { bytes, board, reply: (board) => this.#status(board) } : undefined;
      case 0x31:
        return this.#unlock(bytes, { board, lock: low + 1 });
      case 0x33:
        return low === 0 ? { bytes, board, lockCommand: { kind: "open-all" }, ...this.#answer() } : undefined;
      default:
        return undefined;
    }
  }

  #unlock(bytes: Uint8Array, { board, lock }: { board: number; lock: number }): BoardRequest {
    if (!this.#sensors.has({ board, lock })) return { bytes, board };
    return { bytes, board, lockCommand: { kind: "open", lock }, ...this.#answer() };
  }

  #answer(): Pick<BoardRequest, "reply"> {
    if (this.#options.openReply !== "garbled") return {};
    return { reply: (board) => garbled(this.#status(board)) };
  }

  #status(board: number): Uint8Array {
    const locks = bitBytes(this.#sensors.areShort(board), 2);
    const infrared = bitBytes(infraredOf(this.#options, board), 2);
    return seal([0x02, board << 4, 0x35, ...locks, ...infrared]);
  }
}

/** Kerong CU12 (with 12 locks) and CU16. */
export const FAMILY_KERONG_CU16: SimulatedFamily = {
  boardFirst: 0,
  boardsMax: 16,
  locks: 16,
  locksMax: 16,
  wiring: "short-when-locked",
  replyMs: 200,
  openReplies: ["none", "garbled"],
  options: ["occupied"],
  createDialect: (sensors, options) => new DialectKerongCu16(sensors, options),
};
