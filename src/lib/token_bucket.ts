/**
 * A token bucket: so many tokens a second, and some more at once after a quiet while. Its level may fall below 0, so that
 * a client that goes on in spite of refusals waits longer.
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  /**
   * @param options.first how many tokens there are at first @default {options.burst}
   * @param now milliseconds that only go forward
   */
  constructor(options: { perSecond: number; burst: number; first?: number }, now: number) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#tokens = options.first ?? options.burst;
    this.#at = now;
  }

  /** How many tokens there are; below 0: so many were taken too many. */
  level(now: number): number {
    const earned = (now - this.#at) / 1000 * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned);
    this.#at = now;
    return this.#tokens;
  }

  /** Takes a token if there is one. @returns whether there was one */
  takes(now: number): boolean {
    const isThere = this.level(now) >= 1;
    if (isThere) this.#tokens--;
    return isThere;
  }

  /** Takes so many tokens and says how many are left. */
  take(now: number, tokens = 1): number {
    return this.#tokens = this.level(now) - tokens;
  }

  /** How long it takes until the level is 0 again, in milliseconds. */
  waitMs(now: number): number {
    return Math.max(0, -this.level(now) / this.#perSecond * 1000);
  }
}
