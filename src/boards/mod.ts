/**
 * Families of lock boards, by the name in a cabinet's `board` field.
 *
 * @module
 */
import { board8a } from "./board_8a.ts";
import type { Family } from "./family.ts";

export { type Decoded, type DecodeResult, type Door, type Family, type Frame } from "./family.ts";
export type { DecodeContext, Lock, Pending, Wiring } from "./family.ts";

/** The board of a cabinet whose bytes only the operator understands: the raw line works, taps are refused. */
export const RAW = "raw";

const FAMILIES: ReadonlyMap<string, Family> = new Map([[board8a.name, board8a]]);

/** The names that a cabinet's `board` field may have in this version. */
export const BOARD_NAMES: readonly string[] = [...FAMILIES.keys(), RAW];

/** The family of that name; `undefined` for `raw`, which has none. */
export function familyNamed(name: string): Family | undefined {
  return FAMILIES.get(name);
}
