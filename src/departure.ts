/**
 * Hanging up on many without sending them all elsewhere in the same moment.
 *
 * @module
 */
import { PROCESS } from "./limits.ts";

/** Somebody who is to be hung up on. */
export interface Leaving {
  /** Something of his is not over. */
  readonly isBusy: boolean;
  /** Nothing new is begun with him; he is hung up on once he is not busy. */
  retire?(): void;
}

/**
 * Hangs up on all, a few at a time. Those who are busy go once they are not, or when the time is up.
 *
 * @param all whoever is there; it may change meanwhile
 * @param options.close hangs up; he is not among all then
 * @param options.byMs when the time is up, on the clock of `now`
 */
export async function leaveInGroups<T extends Leaving>(
  all: ReadonlySet<T>,
  { close, byMs, now }: { close: (one: T) => void; byMs: number; now: () => number },
): Promise<void> {
  const steps = PROCESS.spreadMs / PROCESS.spreadStepMs;
  const group = Math.max(PROCESS.spreadGroupMin, Math.ceil(all.size / steps));
  const retired = new Set<T>();
  while (all.size > 0 && now() < byMs) {
    let left = group;
    for (const one of all) {
      if (!retired.has(one) && --left < 0) break;
      if (!one.isBusy) close(one);
      else if (!retired.has(one)) {
        retired.add(one);
        one.retire?.();
      }
    }
    if (all.size > 0) await new Promise((resolve) => setTimeout(resolve, PROCESS.spreadStepMs));
  }
  for (const one of all) close(one);
}
