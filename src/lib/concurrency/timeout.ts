/** Calls back later. */
export interface TimeoutClock {
  /** Calls back after so many milliseconds, unless what it returns is called before. */
  after(ms: number, callback: () => void): () => void;
}

/** How long work is waited for, and what then. */
export interface TimeoutOptions<Fallback> {
  /** Milliseconds; `Infinity` waits for ever. */
  readonly ms: number;
  /** What the caller gets when the time is up. @default {undefined} the wait rejects */
  readonly fallback?: () => Fallback;
  /** @default {setTimeout} */
  readonly clock?: TimeoutClock;
}

const SYSTEM_CLOCK: TimeoutClock = {
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Waits for the work, but no longer than so long. The work itself goes on: work that can be stopped is given an
 * `AbortSignal` instead. A failure of the work after the time is up is dropped.
 *
 * @throws {DOMException} `TimeoutError` when the time is up and there is no `fallback`
 * @throws {unknown} what the work throws in time
 */
export async function withTimeout<Result, Fallback = never>(
  work: Promise<Result>,
  { ms, fallback, clock = SYSTEM_CLOCK }: TimeoutOptions<Fallback>,
): Promise<Result | Fallback> {
  if (ms === Infinity) return await work;
  const { promise: timeUp, resolve } = Promise.withResolvers<typeof TIME_UP>();
  const cancel = clock.after(ms, () => resolve(TIME_UP));
  try {
    const first = await Promise.race([work, timeUp]);
    if (first !== TIME_UP) return first;
    if (fallback) return fallback();
    throw new DOMException(`Not done within ${ms} ms`, "TimeoutError");
  } finally {
    cancel();
  }
}

/** Cannot be what any work comes to. */
const TIME_UP = Symbol("time up");
