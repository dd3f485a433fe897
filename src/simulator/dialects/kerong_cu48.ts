import { bitBytes, sum8 } from "./bytes.ts";
import type { BoardRequest, Dialect, SimulatedFamily } from "./dialect.ts";
import { garbled, infraredOf, seal } from "./kerong.ts";
import type { LockSensors } from "./lock_sensors.ts";
import type { VirtualBusOptions } from "../options_bus.ts";

const REQUEST_BYTES = 6;
const REPLY_BYTES = 18;
/** In place of a lock. */
const ALL = 0x30;

/** Kerong CU48 as its boards speak it: `02 ADDR LOCK CMD 03 SUM`, locks from 0, `30` for all of them. */
class DialectKerongCu48 implements Dialect {
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
    if (bytes[4] !== 0x03 || sum8(bytes.subarray(0, -1)) !== bytes[5]) return "none";
    return this.#understand(bytes) ?? "none";
  }

  #understand(bytes: Uint8Array): BoardRequest | undefined {
    const [, board = 0, place = 0, command] = bytes;
    if (place > ALL) return undefined;
    const lock = place + 1;
    const isMissing = place !== ALL && !this.#sensors.has({ board, lock });
    switch (command) {
      case 0x60:
        return isMissing ? { bytes, board } : { bytes, board, reply: () => this.#status(board, place) };
      case 0x61:
        return isMissing ? { bytes, board } : this.#unlock(bytes);
      default:
        return undefined;
    }
  }

  #unlock(bytes: Uint8Array): BoardRequest {
    const [, board = 0, place = 0] = bytes;
    const lockCommand = place === ALL
      ? { kind: "open-all" } as const
      : { kind: "open", lock: place + 1 } as const;
    if (this.#options.openReply !== "garbled") return { bytes, board, lockCommand };
    return { bytes, board, lockCommand, reply: () => garbled(this.#status(board, place)) };
  }

  /** Shows all locks, also when one was asked for: no shorter reply is documented. */
  #status(board: number, place: number): Uint8Array {
    const third = this.#options.lengthByte ? REPLY_BYTES : place;
    const locks = bitBytes(this.#sensors.areShort(board), 6);
    if (this.#options.withoutSensors) {
      const reply = [0x02, board, 0x00, 0x75, locks.length, ...locks];
      return Uint8Array.of(...reply, sum8(reply));
    }
    const infrared = bitBytes(infraredOf(this.#options, board), 6);
    return seal([0x02, board, third, 0x75, ...locks, ...infrared]);
  }
}

/** Kerong CU48. */
export const FAMILY_KERONG_CU48: SimulatedFamily = {
  boardFirst: 0,
  boardsMax: 255,
  locks: 48,
  locksMax: 48,
  wiring: "short-when-locked",
  replyMs: 200,
  openReplies: ["none", "garbled"],
  options: ["occupied", "lengthByte", "withoutSensors"],
  createDialect: (sensors, options) => new DialectKerongCu48(sensors, options),
};
