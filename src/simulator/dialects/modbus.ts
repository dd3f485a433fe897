import { bitBytes, crc16 } from "./bytes.ts";
import type { BoardRequest, Dialect, LockCommand, SimulatedFamily } from "./dialect.ts";
import type { LockSensors } from "./lock_sensors.ts";

const REQUEST_BYTES = 8;
const FUNCTION_MAX = 0x7f;

const READ_COILS = 0x01;
const READ_INPUTS = 0x02;
const WRITE_COIL = 0x05;
const ON = 0xff00;
const OFF = 0x0000;
/** Address that stands for every coil of a board. */
const ALL_COILS = 0x00ff;
/** From here on the address is a coil that goes off by itself. */
const TIMED_COILS = 0x0200;
const TIMED_STEP_MS = 100;
/** Most bits that one request may ask for (Modbus application protocol). */
const BITS_MAX = 2_000;

/** Why a board cannot do what it is asked. */
const EXCEPTION = { function: 0x01, address: 0x02, value: 0x03 } as const;

/**
 * Modbus RTU relay boards as they speak it: relay n is coil n-1, its door's sensor is input n-1. Requests have eight
 * bytes; those of the functions with other lengths count as garbage.
 */
class DialectModbus implements Dialect {
  readonly #sensors: LockSensors;

  constructor(sensors: LockSensors) {
    this.#sensors = sensors;
  }

  read(all: Uint8Array): BoardRequest | "more" | "none" {
    const [board = 0, code] = all;
    if (board === 0 || code === 0 || (code ?? 0) > FUNCTION_MAX) return "none";
    if (all.length < REQUEST_BYTES) return "more";
    const bytes = all.slice(0, REQUEST_BYTES);
    return crc16(bytes) === 0 ? this.#understand(bytes) : "none";
  }

  #understand(bytes: Uint8Array): BoardRequest {
    switch (bytes[1]) {
      case READ_COILS:
        return this.#readBits(bytes, (board) => this.#sensors.areLive(board));
      case READ_INPUTS:
        return this.#readBits(bytes, (board) => this.#sensors.areShort(board));
      case WRITE_COIL:
        return this.#writeCoil(bytes);
      default:
        return refuse(bytes, EXCEPTION.function);
    }
  }

  #readBits(bytes: Uint8Array, bitsOf: (board: number) => boolean[]): BoardRequest {
    const { board, code, first, value: count } = fieldsOf(bytes);
    if (count === 0 || count > BITS_MAX) return refuse(bytes, EXCEPTION.value);
    if (first + count > this.#sensors.lockCount(board)) return refuse(bytes, EXCEPTION.address);
    const reply = () => {
      const data = bitBytes(bitsOf(board).slice(first, first + count), Math.ceil(count / 8));
      return seal([board, code, data.length, ...data]);
    };
    return { bytes, board, reply };
  }

  /** The reply repeats the request, at once and whatever the door does. */
  #writeCoil(bytes: Uint8Array): BoardRequest {
    const { board, first: address, value } = fieldsOf(bytes);
    if (address === ALL_COILS) {
      if (value !== OFF) return refuse(bytes, EXCEPTION.value);
      return { bytes, board, lockCommand: { kind: "release-all" }, reply: () => bytes };
    }
    const isTimed = address >= TIMED_COILS;
    const lock = address - (isTimed ? TIMED_COILS : 0) + 1;
    if (!this.#sensors.has({ board, lock })) return refuse(bytes, EXCEPTION.address);
    const lockCommand = isTimed ? timedCommand(lock, value) : coilCommand(lock, value);
    return lockCommand ? { bytes, board, lockCommand, reply: () => bytes } : refuse(bytes, EXCEPTION.value);
  }
}

function timedCommand(lock: number, value: number): LockCommand | undefined {
  return value > 0 ? { kind: "open", lock, liveMs: value * TIMED_STEP_MS } : undefined;
}

function coilCommand(lock: number, value: number): LockCommand | undefined {
  if (value === ON) return { kind: "hold", lock };
  return value === OFF ? { kind: "release", lock } : undefined;
}

function fieldsOf(bytes: Uint8Array): { board: number; code: number; first: number; value: number } {
  const [board = 0, code = 0, high = 0, low = 0, valueHigh = 0, valueLow = 0] = bytes;
  return { board, code, first: high << 8 | low, value: valueHigh << 8 | valueLow };
}

function refuse(bytes: Uint8Array, exception: number): BoardRequest {
  const { board, code } = fieldsOf(bytes);
  return { bytes, board, reply: () => seal([board, code | 0x80, exception]) };
}

/** The bytes with their CRC behind them, low byte first. */
function seal(bytes: readonly number[]): Uint8Array {
  const crc = crc16(bytes);
  return Uint8Array.of(...bytes, crc & 0xff, crc >> 8);
}

/** Modbus RTU relay boards with pulses timed by the board, as Waveshare's. */
export const FAMILY_MODBUS: SimulatedFamily = {
  boardFirst: 1,
  boardsMax: 255,
  locks: 8,
  locksMax: 32,
  wiring: "short-when-locked",
  replyMs: 0,
  openReplies: ["normal"],
  options: [],
  createDialect: (sensors) => new DialectModbus(sensors),
};
