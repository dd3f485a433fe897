import { bitBytes, sum8 } from "./bytes.ts";
import type { BoardRequest, Dialect, SimulatedFamily } from "./dialect.ts";
import type { LockSensors } from "./lock_sensors.ts";
import type { SimulatedLock } from "../bus_events.ts";
import type { VirtualBusOptions } from "../options_bus.ts";

const HEAD = [0xdc, 0x02];
/** All bytes but the data: head, ADDR, CMD, LEN, SUM. */
const FRAME_BYTES = 6;

const VERSION = 0x01;
const OPEN_ONE = 0x10;
const READ_ONE = 0x11;
const READ_ALL = 0x12;
const OPEN_ALL = 0x14;
/** How many data bytes a request has. */
const DATA_BYTES: Readonly<Record<number, number>> = {
  [VERSION]: 0,
  [OPEN_ONE]: 1,
  [READ_ONE]: 1,
  [READ_ALL]: 0,
  [OPEN_ALL]: 0,
};

/** DC (Dingchang) as its boards speak it: `DC 02 ADDR CMD LEN DATA SUM` asks, `DC FE …` answers. */
class DialectDc implements Dialect {
  readonly #sensors: LockSensors;
  readonly #options: VirtualBusOptions;

  constructor(sensors: LockSensors, options: VirtualBusOptions) {
    this.#sensors = sensors;
    this.#options = options;
  }

  read(all: Uint8Array): BoardRequest | "more" | "none" {
    const head = all.subarray(0, HEAD.length);
    if (head.some((byte, index) => byte !== HEAD[index])) return "none";
    const [command, length] = all.subarray(HEAD.length + 1);
    if (length !== undefined && length !== DATA_BYTES[command ?? 0]) return "none";
    const frameBytes = FRAME_BYTES + (length ?? 0);
    if (all.length < frameBytes) return "more";
    const bytes = all.slice(0, frameBytes);
    return sumOf(bytes.subarray(0, -1)) === bytes.at(-1) ? this.#understand(bytes) : "none";
  }

  #understand(bytes: Uint8Array): BoardRequest {
    const [, , board = 0, command = 0, , lock = 0] = bytes;
    switch (command) {
      case VERSION:
        return { bytes, board, reply: () => frame(board, command, [0x01, 0x00]) };
      case OPEN_ONE:
      case READ_ONE:
        return this.#forOne(bytes, { board, lock });
      case OPEN_ALL:
        return {
          bytes,
          board,
          lockCommand: { kind: "open-all" },
          reply: () => this.#allStates(command, board),
        };
      default:
        return { bytes, board, reply: () => this.#allStates(command, board) };
    }
  }

  #forOne(bytes: Uint8Array, { board, lock }: SimulatedLock): BoardRequest {
    if (!this.#sensors.has({ board, lock })) return { bytes, board };
    const command = bytes[3] ?? 0;
    const lockNumber = this.#options.omitsLockNumber ? [] : [lock];
    const reply = () =>
      frame(board, command, [...lockNumber, this.#sensors.isShort({ board, lock }) ? 0x01 : 0x00]);
    if (command === READ_ONE) return { bytes, board, reply };
    return { bytes, board, lockCommand: { kind: "open", lock }, reply };
  }

  /** High byte, low byte: locks 9 to 16, then 1 to 8. */
  #allStates(command: number, board: number): Uint8Array {
    const { stateBytes = 2 } = this.#options;
    return frame(board, command, bitBytes(this.#sensors.areShort(board), stateBytes).reverse());
  }
}

/** The sum from the address on. */
function sumOf(bytes: Iterable<number>): number {
  return sum8([...bytes].slice(HEAD.length));
}

function frame(board: number, command: number, data: readonly number[]): Uint8Array {
  const bytes = [0xdc, 0xfe, board, command, data.length, ...data];
  return Uint8Array.of(...bytes, sumOf(bytes));
}

/** DC, of Dingchang. */
export const FAMILY_DC: SimulatedFamily = {
  boardFirst: 1,
  boardsMax: 15,
  locks: 16,
  locksMax: 16,
  wiring: "short-when-open",
  replyMs: 200,
  openReplies: ["normal"],
  options: ["omitsLockNumber", "stateBytes"],
  createDialect: (sensors, options) => new DialectDc(sensors, options),
};
