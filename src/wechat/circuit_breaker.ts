import { WECHAT } from "../lib/limits.ts";

/**
 * Leaves alone who did not answer several times in a row: for a while nobody asks, then one does, and his answer
 * decides.
 */
export class CircuitBreaker {
  #awayInARow = 0;
  #restUntil = -Infinity;

  /** Whether to ask now. Who is let through while others are not is the one who tries. */
  letsThrough(now: number): boolean {
    if (this.#awayInARow < WECHAT.awayMax) return true;
    if (now < this.#restUntil) return false;
    // The next one tries after as long again, by when this one's time is up.
    this.#restUntil = now + WECHAT.restMs;
    return true;
  }

  /** There was a sound answer. */
  answered(): void {
    this.#awayInARow = 0;
  }

  /** There was none. */
  silent(now: number): void {
    if (++this.#awayInARow >= WECHAT.awayMax) this.#restUntil = now + WECHAT.restMs;
  }
}
