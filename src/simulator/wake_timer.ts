/**
 * One timer for everything that a cabinet waits for, so that thousands of idle cabinets cost one timer each.
 *
 * @module
 */
import { TIMER_MS_MAX } from "./limits.ts";

/** Rings once at the earliest time it was set to; may wake early, the ringing side looks at its clock again. */
export class WakeTimer {
  readonly #now: () => number;
  readonly #wake: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #at = Infinity;

  constructor(now: () => number, wake: () => void) {
    this.#now = now;
    this.#wake = wake;
  }

  /** Rings at `at` in ms, or earlier if it was already set to an earlier time. */
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

  /** Will not wake. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#at = Infinity;
  }
}
