import { delay } from "./delay.ts";

/** When work is tried again. */
export interface RetryOptions {
  /** Whether to try again after this failure. @param tries how many there were, this one included */
  readonly mayRetry: (error: unknown, tries: number) => boolean;
  /** Milliseconds between a failure and the next try. @default {0} the next try follows at once */
  readonly pauseMs?: number;
}

/**
 * Does the work, and again while it fails in a way that may pass. The work must bear being done twice.
 *
 * @throws {unknown} the last failure
 */
export async function retry<T>(
  work: () => Promise<T>,
  { mayRetry, pauseMs = 0 }: RetryOptions,
): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!mayRetry(error, tries)) throw error;
    }
    if (pauseMs > 0) await delay(pauseMs);
  }
}
