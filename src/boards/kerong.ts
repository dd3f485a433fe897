/**
 * The common part of Kerong's families: frames between `02` and `03 SUM`, SUM being the low byte of the sum of all
 * bytes before it, and a status that has a bit for each lock and one for each infrared sensor, lowest bit first.
 *
 * @module
 */
import { sum8 } from "./checksums.ts";
import { doorsOf, type FrameSearch, type SensorWiring } from "./family.ts";

const STX = 0x02;
const ETX = 0x03;
const ADDRESS_AT = 1;
/** ETX and SUM. */
const TAIL_BYTES = 2;

/** The status of all locks, as the boards of one family send it. */
export interface StatusFormat {
  /** The possible command bytes of the reply. */
  readonly commands: readonly number[];
  /** Where the command stands; the locks are behind it, then the sensors. */
  readonly commandAt: number;
  readonly locks: number;
}

/** What is needed besides the bytes to read a {@linkcode StatusFormat}. */
export interface StatusContext {
  readonly status: StatusFormat;
  readonly wiring: SensorWiring;
  /** The board with that address; `undefined`: there can be none. */
  boardAt(address: number): number | undefined;
}

export function isHead(byte: number): boolean {
  return byte === STX;
}

/** The request with these bytes between head and tail. */
export function request(...middle: readonly number[]): Uint8Array {
  const bytes = Uint8Array.of(STX, ...middle, ETX, 0);
  bytes[bytes.length - 1] = sum8(bytes, 0, bytes.length - 1);
  return bytes;
}

export function statusBytes({ commandAt, locks }: StatusFormat): number {
  return commandAt + 1 + 2 * lockBytes(locks) + TAIL_BYTES;
}

/** Reads a status that begins at `bytes[at]`, as `BoardFamily.frameAt` does. The sensors are ignored. */
export function statusAt(
  bytes: Uint8Array,
  at: number,
  { status, wiring, boardAt }: StatusContext,
): FrameSearch {
  const length = statusBytes(status);
  if (bytes[at] !== STX) return undefined;
  const address = bytes[at + ADDRESS_AT];
  if (address === undefined) return "incomplete";
  const board = boardAt(address);
  const command = bytes[at + status.commandAt];
  if (board === undefined || command !== undefined && !status.commands.includes(command)) return undefined;
  if ((bytes[at + length - TAIL_BYTES] ?? ETX) !== ETX) return undefined;
  if (at + length > bytes.length) return "incomplete";
  if (bytes[at + length - 1] !== sum8(bytes, at, at + length - 1)) return undefined;
  const locksAt = at + status.commandAt + 1;
  const doors = doorsOf(bytes.subarray(locksAt, locksAt + lockBytes(status.locks)), wiring);
  return { frame: { type: "doors", board, doors }, length };
}

function lockBytes(locks: number): number {
  return locks / 8;
}
