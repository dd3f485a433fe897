import { sum8 } from "./bytes.ts";
import type { VirtualBusOptions } from "../options_bus.ts";

/** The bytes with `03` and their SUM behind them. */
export function seal(bytes: readonly number[]): Uint8Array {
  const ended = [...bytes, 0x03];
  return Uint8Array.of(...ended, sum8(ended));
}

/** A frame that lost its end; the next bytes seem to belong to it. */
export function garbled(frame: Uint8Array): Uint8Array {
  return frame.slice(0, -3);
}

/** What the infrared sensors of a board see, from lock 1 on. */
export function infraredOf({ occupied = [] }: VirtualBusOptions, board: number): boolean[] {
  const bits: boolean[] = [];
  for (const cell of occupied) if (cell.board === board) bits[cell.lock - 1] = true;
  return bits;
}
