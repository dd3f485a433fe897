import { DEVICE } from "../../lib/limits.ts";
import { TokenBucket } from "../../lib/token_bucket.ts";

/**
 * More came than may come. Nothing is to be read for a while: the device rests; it has done so for so long that
 * somebody is to be told; for so long that it is to be hung up on.
 */
export type ReceiveLimitAction = "rest" | "to-be-told" | "too-long";

/**
 * How much one device sends. One that sends more than a serial bus can carry is broken, or an attack: it is read no faster
 * than that, so that it costs the others nothing. No socket and no timer; all times are milliseconds of one monotonic clock.
 */
export class ReceiveRateLimit {
  readonly #bucket: TokenBucket;
  /** From the first rest on, while others follow soon. */
  #excess: { readonly since: number; restUntil: number; isTold: boolean } | undefined;

  constructor(now: number) {
    this.#bucket = new TokenBucket(DEVICE.received, now);
  }

  /** When more may be read. */
  get restUntil(): number {
    return this.#excess?.restUntil ?? -Infinity;
  }

  /** So many bytes were read. `undefined`: no more than may come. */
  took(bytes: number, now: number): ReceiveLimitAction | undefined {
    if (this.#bucket.take(now, bytes) >= 0) return undefined;
    const restUntil = now + this.#bucket.waitMs(now);
    if (now - this.restUntil > DEVICE.tooFastPauseMs) this.#excess = undefined;
    const excess = this.#excess ??= { since: now, restUntil, isTold: false };
    excess.restUntil = restUntil;
    const lastsMs = now - excess.since;
    if (lastsMs >= DEVICE.tooFastMs) return "too-long";
    if (lastsMs < DEVICE.tooFastToldMs || excess.isTold) return "rest";
    excess.isTold = true;
    return "to-be-told";
  }
}
