import { backoffMs } from "./backoff.ts";

/** When a {@linkcode CircuitBreaker} opens, and for how long. */
export interface CircuitBreakerOptions {
  /** Failures in a row that open it. */
  readonly failuresMax: number;
  /** Calls that may run at once while it is closed. */
  readonly callsMax: number;
  /** How long it stays open first, in milliseconds; twice as long after each trial call that fails. */
  readonly openMs: number;
  /** The longest that it stays open. @default {options.openMs} always the same time */
  readonly openMaxMs?: number;
}

/**
 * A circuit breaker: spares a server that does not answer. Closed, it lets calls through. After several failures in a
 * row it is open and lets none through for a while; then it is half-open: one trial call may run, whose result closes
 * the breaker or opens it again.
 *
 * It counts failures; its owner counts the calls that run, and tells it of each result.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #failures = 0;
  #openUntil = -Infinity;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
  }

  /** How many calls may run at once now: 0 open, 1 half-open. */
  callsMax(now: number): number {
    if (now < this.#openUntil) return 0;
    return this.#failures < this.#options.failuresMax ? this.#options.callsMax : 1;
  }

  /** The server answered, be it with an error of the caller. */
  succeeded(): void {
    this.#failures = 0;
    this.#openUntil = -Infinity;
  }

  /** The server did not answer, or said that it cannot. Calls that ran when the breaker opened count no more. */
  failed(now: number): void {
    if (now < this.#openUntil) return;
    this.#failures++;
    const { failuresMax, openMs, openMaxMs = openMs } = this.#options;
    if (this.#failures < failuresMax) return;
    this.#openUntil = now + backoffMs(this.#failures - failuresMax, { firstMs: openMs, maxMs: openMaxMs });
  }
}
