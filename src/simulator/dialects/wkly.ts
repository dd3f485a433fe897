import { xor } from "./bytes.ts";
import type { BoardRequest, Dialect, SimulatedFamily } from "./dialect.ts";
import type { LockSensors } from "./lock_sensors.ts";
import type { SimulatedLock } from "../bus_events.ts";
import type { VirtualBusOptions } from "../options_bus.ts";

/** "WKLY" */
const HEAD = [0x57, 0x4b, 0x4c, 0x59];
/** The head of some boards' frames. */
const OTHER_HEAD = [0x53, ...HEAD.slice(1)];
/** All bytes but the data: head, LEN, BOARD, CMD, XOR. */
const FRAME_BYTES = 8;

const OPEN_ONE = 0x82;
const QUERY_ONE = 0x83;
const QUERY_ALL = 0x84;
const CHANGE = 0x85;
const OPEN_ALL = 0x86;
/** How many data bytes a request has. */
const DATA_BYTES: Readonly<Record<number, number>> = {
  [OPEN_ONE]: 1,
  [QUERY_ONE]: 1,
  [QUERY_ALL]: 0,
  [OPEN_ALL]: 0,
};

const OK = 0x00;
/** As a status: failed. As the state of a lock: error. */
const FAILED = 0xff;

/** WKLY as its boards speak it: `57 4B 4C 59 LEN BOARD CMD DATA… XOR`, channels from 1. */
class DialectWkly implements Dialect {
  readonly #sensors: LockSensors;
  readonly #options: VirtualBusOptions;

  constructor(sensors: LockSensors, options: VirtualBusOptions) {
    this.#sensors = sensors;
    this.#options = options;
  }

  read(all: Uint8Array): BoardRequest | "more" | "none" {
    const head = all.subarray(0, HEAD.length);
    if (head.some((byte, index) => byte !== HEAD[index])) return "none";
    const [length = FRAME_BYTES, board = 0, command] = all.subarray(HEAD.length);
    if (length !== FRAME_BYTES && length !== FRAME_BYTES + 1) return "none";
    if (all.length < length) return "more";
    const bytes = all.slice(0, length);
    if (xor(bytes) !== 0 || DATA_BYTES[command ?? 0] !== length - FRAME_BYTES) return "none";
    return this.#understand(bytes, board);
  }

  report(cell: SimulatedLock): Uint8Array | undefined {
    if (!this.#options.changeReports || this.#isFaulty(cell)) return undefined;
    return this.#frame(cell.board, CHANGE, [cell.lock, this.#state(cell)]);
  }

  #understand(bytes: Uint8Array, board: number): BoardRequest {
    const command = bytes[HEAD.length + 2] ?? 0;
    switch (command) {
      case OPEN_ONE:
        return this.#openOne(bytes, { board, lock: bytes.at(-2) ?? 0 });
      case QUERY_ONE:
        return { bytes, board, reply: () => this.#stateReply(QUERY_ONE, { board, lock: bytes.at(-2) ?? 0 }) };
      case QUERY_ALL:
        return { bytes, board, reply: () => this.#allStates(board) };
      default:
        return {
          bytes,
          board,
          lockCommand: { kind: "open-all" },
          reply: () => this.#frame(board, command, [OK]),
        };
    }
  }

  #openOne(bytes: Uint8Array, { board, lock }: SimulatedLock): BoardRequest {
    const reply = () => this.#stateReply(OPEN_ONE, { board, lock });
    const answer = this.#options.openReply === "none" ? {} : { reply };
    if (!this.#sensors.has({ board, lock })) return { bytes, board, ...answer };
    return { bytes, board, lockCommand: { kind: "open", lock }, ...answer };
  }

  /** The status says only whether the channel exists; the state says whether the lock opened. */
  #stateReply(command: number, cell: SimulatedLock): Uint8Array {
    const isThere = this.#sensors.has(cell);
    return this.#frame(cell.board, command, [
      isThere ? OK : FAILED,
      cell.lock,
      isThere ? this.#state(cell) : FAILED,
    ]);
  }

  #allStates(board: number): Uint8Array {
    const states = Array.from({ length: this.#sensors.lockCount(board) }, (_, index) => {
      return this.#state({ board, lock: index + 1 });
    });
    return this.#frame(board, QUERY_ALL, [OK, states.length, ...states]);
  }

  #state(cell: SimulatedLock): number {
    if (this.#isFaulty(cell)) return FAILED;
    return this.#sensors.isShort(cell) ? 0x01 : 0x00;
  }

  #isFaulty({ board, lock }: SimulatedLock): boolean {
    return (this.#options.faultySensors ?? []).some((cell) => cell.board === board && cell.lock === lock);
  }

  #frame(board: number, command: number, data: readonly number[]): Uint8Array {
    const head = this.#options.otherHead ? OTHER_HEAD : HEAD;
    const bytes = [...head, FRAME_BYTES + data.length, board, command, ...data];
    return Uint8Array.of(...bytes, xor(bytes));
  }
}

/** WKLY. */
export const FAMILY_WKLY: SimulatedFamily = {
  boardFirst: 0,
  boardsMax: 255,
  locks: 24,
  locksMax: 127,
  wiring: "short-when-locked",
  replyMs: 200,
  openReplies: ["normal", "none"],
  options: ["faultySensors", "otherHead"],
  createDialect: (sensors, options) => new DialectWkly(sensors, options),
};
