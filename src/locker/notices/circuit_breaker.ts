import { NOTICE } from "../../lib/limits.ts";

/**
 * How many notices may be on their way at once. Where several fail one after the other the other side is away, and
 * all wait: then one tries, after a time that grows.
 */
export class CircuitBreaker {
  #failures = 0;
  #restsUntil = -Infinity;

  /** The other side does what it is asked, or says why not. */
  worked(): void {
    this.#failures = 0;
    this.#restsUntil = -Infinity;
  }

  /** It did not answer, or cannot now. What was on its way together is one failure, once all wait. */
  failed(now: number): void {
    if (now < this.#restsUntil) return;
    this.#failures++;
    const times = this.#failures - NOTICE.failuresMax;
    if (times >= 0) this.#restsUntil = now + Math.min(NOTICE.restMs * 2 ** times, NOTICE.restMaxMs);
  }

  /** How many may be on their way now. */
  room(now: number): number {
    if (now < this.#restsUntil) return 0;
    return this.#failures < NOTICE.failuresMax ? NOTICE.atOnceMax : 1;
  }
}
