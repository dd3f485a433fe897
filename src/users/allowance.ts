/**
 * How often each of many may do something, such as a person or an address. Counted by each isolate for itself.
 *
 * @module
 */
import { PERSON } from "../limits.ts";
import { TokenBucket } from "../rate.ts";

/** So many a second, and so many at once after a quiet while. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** See the module. */
export class Allowance {
  readonly #rate: Rate;
  readonly #keysMax: number;
  /** Whoever asked last stands last. */
  readonly #buckets = new Map<string, TokenBucket>();

  /** @param options.keysMax how many are remembered; who is forgotten begins anew. @default {PERSON.allowanceKeysMax} */
  constructor(rate: Rate, { keysMax = PERSON.allowanceKeysMax }: { keysMax?: number } = {}) {
    this.#rate = rate;
    this.#keysMax = keysMax;
  }

  /**
   * Whether it may be done once more now, which then counts as done.
   *
   * @param now milliseconds that only go forward
   */
  takes(key: string, now: number): boolean {
    const bucket = this.#bucketOf(key, now);
    if (bucket.level(now) < 1) return false;
    bucket.take(now);
    return true;
  }

  #bucketOf(key: string, now: number): TokenBucket {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#rate, now);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#keysMax) this.#forgetOldest();
    return bucket;
  }

  #forgetOldest(): void {
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}
