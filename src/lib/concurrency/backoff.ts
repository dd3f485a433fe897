/** How the waits between tries grow. */
export interface BackoffOptions {
  /** The wait after the first failure, in milliseconds; it doubles with each further one. */
  readonly firstMs: number;
  /** The longest wait, in milliseconds. */
  readonly maxMs: number;
  /**
   * A random number from 0 to 1. Half of the wait depends on it ("equal jitter"), so that many clients that failed in
   * the same moment do not all come back in the same moment.
   *
   * @default {1} no jitter: the whole wait
   */
  readonly random?: number;
}

/** Keeps a first wait of 0 at 0: 0 times the Infinity that 2 comes to after 1,023 doublings is not a number. */
const DOUBLINGS_MAX = 1_000;

/**
 * How long to wait before the next try, in whole milliseconds: exponential backoff.
 *
 * @param failures how many tries in a row failed before the last one: 0 gives the first wait
 */
export function backoffMs(failures: number, { firstMs, maxMs, random = 1 }: BackoffOptions): number {
  const longestMs = Math.min(maxMs, firstMs * 2 ** Math.min(failures, DOUBLINGS_MAX));
  return Math.round(longestMs * (1 + random) / 2);
}
