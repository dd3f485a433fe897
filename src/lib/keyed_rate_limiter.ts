import { subscriberAt } from "./ip_address.ts";
import { ADDRESS, PERSON } from "./limits.ts";
import { TokenBucket } from "./token_bucket.ts";

/** So many times a second, and so many times at once after a quiet while. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A rate limiter with a token bucket for each key, such as a person. Each isolate counts for itself. */
export class KeyedRateLimiter {
  readonly #rate: Rate;
  readonly #keysMax: number;
  /** In the order in which the keys were used last. */
  readonly #buckets = new Map<string, TokenBucket>();

  /** @param options.keysMax how many keys are remembered; a forgotten key has its burst again @default {PERSON.rateLimiterKeysMax} */
  constructor(rate: Rate, { keysMax = PERSON.rateLimiterKeysMax }: { keysMax?: number } = {}) {
    this.#rate = rate;
    this.#keysMax = keysMax;
  }

  /**
   * Whether the key may do it once more now. If so, it counts as done.
   *
   * @param now milliseconds that only go forward
   */
  takes(key: string, now: number): boolean {
    return this.#bucketOf(key, now).takes(now);
  }

  /** What {@linkcode takes} counted does not count after all. */
  giveBack(key: string, now: number): void {
    this.#buckets.get(key)?.take(now, -1);
  }

  /** How long it takes until the key may do it again, in milliseconds. */
  retryAfterMs(key: string, now: number): number {
    const level = this.level(key, now) ?? 1;
    return Math.max(0, 1 - level) / this.#rate.perSecond * 1000;
  }

  /** How often the key may do it now; `undefined`: it has not done it lately. */
  level(key: string, now: number): number | undefined {
    return this.#buckets.get(key)?.level(now);
  }

  /**
   * Counts it as done, whatever is left, and answers how long the key should have waited, in milliseconds: at most
   * `waitMaxMs`. The debt never grows beyond that, so what follows a flood waits no longer either.
   *
   * @param options.now milliseconds that only go forward
   */
  overdraw(key: string, { now, waitMaxMs }: { now: number; waitMaxMs: number }): number {
    const bucket = this.#bucketOf(key, now);
    const waitMs = () => Math.min(bucket.waitMs(now), waitMaxMs);
    if (waitMs() < waitMaxMs) bucket.take(now);
    return waitMs();
  }

  #bucketOf(key: string, now: number): TokenBucket {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#rate, now);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.size > this.#keysMax ? this.#buckets.keys() : [];
    if (oldest !== undefined) this.#buckets.delete(oldest);
    return bucket;
  }
}

/** A rate limiter for addresses: an IPv6 /64 counts as one address, and the /56 around it may do a few times as much. */
export class AddressRateLimiter {
  readonly #networks: KeyedRateLimiter;
  readonly #wider: KeyedRateLimiter;
  readonly #burst: number;

  constructor(rate: Rate) {
    this.#networks = new KeyedRateLimiter(rate);
    const { perSecond, burst } = rate;
    this.#burst = burst;
    this.#wider = new KeyedRateLimiter({
      perSecond: perSecond * ADDRESS.widerTimes,
      burst: burst * ADDRESS.widerTimes,
    });
  }

  /** As {@linkcode KeyedRateLimiter.takes}. */
  takes(address: string, now: number): boolean {
    const { network, wider } = subscriberAt(address);
    // In this order, so that what a /64 is refused is not taken from its neighbours.
    return this.#networks.takes(network, now) && (wider === undefined || this.#wider.takes(wider, now));
  }

  /** Whether the address has its whole burst left. */
  isUnused(address: string, now: number): boolean {
    return (this.#networks.level(subscriberAt(address).network, now) ?? this.#burst) >= this.#burst;
  }

  /** As {@linkcode KeyedRateLimiter.overdraw}. */
  overdraw(address: string, options: { now: number; waitMaxMs: number }): number {
    const { network, wider } = subscriberAt(address);
    const ofWider = wider === undefined ? 0 : this.#wider.overdraw(wider, options);
    return Math.max(ofWider, this.#networks.overdraw(network, options));
  }
}
