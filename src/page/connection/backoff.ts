/**
 * How long to wait before connecting again.
 *
 * @module
 */
import { backoffFirstMs, backoffMaxMs } from "../times.ts";

/** The wait before try number `tries` (from 0): doubling, capped, and between half and all of that. */
export function backoffMs(tries: number, random: number): number {
  return Math.min(backoffMaxMs, backoffFirstMs * 2 ** tries) * (0.5 + random / 2);
}
