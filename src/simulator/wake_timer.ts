import { TIMER_MS_MAX } from "./limits.ts";

/**
 * One timer for everything that a cabinet waits for, so that thousands of idle cabinets cost one timer each. It wakes
 * its owner once, at the earliest time that was set. It may wake early; the owner then looks at its clock again.
 */
export class WakeTimer {
  readonly #now: () => number;
  readonly #wake: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #at = Infinity;

  constructor(now: () => number, wake: () => void) {
    this.#now = now;
    this.#wake = wake;
  }

  /** Wakes at `at` in ms, or earlier if an earlier time was set already. */
  set(at: number): void {
    if (at >= this.#at) return;
    this.clear();
    this.#at = at;
    const delayMs = Math.min(Math.max(0, Math.ceil(at - this.#now())), TIMER_MS_MAX);
    this.#timer = setTimeout(() => {
      this.#at = Infinity;
      this.#wake();
    }, delayMs);
  }

  /** Cancels the waking. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#at = Infinity;
  }
}
