import { delay } from "./delay.ts";
import { PROCESS } from "../limits.ts";

/** A connection that is to be closed. */
export interface Drainable {
  /** Whether a request of the peer is not answered yet. */
  readonly isBusy: boolean;
  /** Begins nothing new for the peer: the connection is closed once it is not busy. */
  retire?(): void;
}

/**
 * Closes all connections, a few at a time, so that their peers do not all go elsewhere in the same moment. Busy ones are closed once they are not, or when the time is up.
 *
 * @param all the open connections; the set may change meanwhile
 * @param options.close closes a connection, which takes it out of `all`
 * @param options.byMs when the time is up, on the clock of `now`
 */
export async function drain<T extends Drainable>(
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
    if (all.size > 0) await delay(PROCESS.spreadStepMs);
  }
  for (const one of all) close(one);
}
