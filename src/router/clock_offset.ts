import { NATS } from "../lib/limits.ts";

/**
 * Bounds how long messages of one sender were on their way, although its clock and this isolate's do not agree. A sender
 * answers after it was asked: each such round trip says how far the sender's clock is behind this one, at least.
 */
export class ClockOffset {
  #behindMs = 0;
  #measuredAt = -Infinity;

  /**
   * Measures the offset by an answer of the sender.
   *
   * @param answer when it was sent, on the sender's clock, and when its question was sent, on ours; in milliseconds
   * @param now when it came, on our clock
   */
  addRoundTrip({ at, askedAt }: { at: number; askedAt: number }, now: number): void {
    const behindMs = askedAt - at;
    if (this.maxDelayMs(at, now) !== undefined && behindMs <= this.#behindMs) return;
    this.#behindMs = behindMs;
    this.#measuredAt = now;
  }

  /**
   * For how many milliseconds a message was on its way, at most.
   *
   * @param at when it was sent, on the sender's clock, in milliseconds
   * @param now when it came, on our clock
   * @returns `undefined` if that is not known: nothing was measured within `NATS.provenMs`, or one of the clocks stood
   * still since
   */
  maxDelayMs(at: number, now: number): number | undefined {
    const delayMs = now - at - this.#behindMs;
    const isKnown = now - this.#measuredAt <= NATS.provenMs;
    // No message is sent later than now.
    return isKnown && delayMs >= 0 ? delayMs : undefined;
  }
}
