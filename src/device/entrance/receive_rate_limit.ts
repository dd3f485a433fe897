import { DEVICE } from "../../lib/limits.ts";
import { TokenBucket } from "../../lib/token_bucket.ts";

/**
 * What to do with a device that sends too much: read nothing for a while; also report it, as it has gone on
 * for long; or disconnect it, as it has gone on for too long.
 */
export type ReceiveLimitAction = "pause" | "pause-and-report" | "disconnect";

/**
 * How much one device sends. A device that sends more than a serial bus can carry is broken, or an attack: it
 * is read no faster than that, so that it costs the others nothing. No socket and no timer; all times are
 * milliseconds of one monotonic clock.
 */
export class ReceiveRateLimit {
  readonly #bucket: TokenBucket;
  /** From the first pause on, while others follow soon. */
  #burst: { readonly since: number; pausedUntil: number; isReported: boolean } | undefined;

  constructor(now: number) {
    this.#bucket = new TokenBucket(DEVICE.received, now);
  }

  /** When the device may be read again. */
  get pausedUntil(): number {
    return this.#burst?.pausedUntil ?? -Infinity;
  }

  /** So many bytes were read; `undefined`: they were not too many. */
  take(bytes: number, now: number): ReceiveLimitAction | undefined {
    if (this.#bucket.take(now, bytes) >= 0) return undefined;
    const pausedUntil = now + this.#bucket.waitMs(now);
    if (now - this.pausedUntil > DEVICE.tooFastPauseMs) this.#burst = undefined;
    const burst = this.#burst ??= { since: now, pausedUntil, isReported: false };
    burst.pausedUntil = pausedUntil;
    const lastsMs = now - burst.since;
    if (lastsMs >= DEVICE.tooFastMs) return "disconnect";
    if (lastsMs < DEVICE.tooFastToldMs || burst.isReported) return "pause";
    burst.isReported = true;
    return "pause-and-report";
  }
}
