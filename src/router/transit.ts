import { NATS } from "../lib/limits.ts";

/**
 * How long messages of one sender may have been on their way at most, between clocks that do not agree. Whoever answers
 * us does so after we asked; each such round trip says how far the sender's clock is behind ours, at least.
 */
export class Transit {
  #behindMs = 0;
  #provenAt = -Infinity;

  /**
   * The sender answers what we said.
   *
   * @param answer when it was sent, on the sender's clock, in milliseconds, and when we had said what it answers, on ours
   * @param now when it came, on our clock
   */
  prove({ at, askedAt }: { at: number; askedAt: number }, now: number): void {
    const behindMs = askedAt - at;
    if (this.atMost(at, now) !== undefined && behindMs <= this.#behindMs) return;
    this.#behindMs = behindMs;
    this.#provenAt = now;
  }

  /**
   * A message came in.
   *
   * @param at when it was sent, on the sender's clock, in milliseconds
   * @param now when it came, on our clock
   * @returns for how many milliseconds it was on its way, at most; `undefined`: nothing is known, as long as nothing was
   * proven lately, or since one of the clocks stood still
   */
  atMost(at: number, now: number): number | undefined {
    const delayMs = now - at - this.#behindMs;
    const isKnown = now - this.#provenAt <= NATS.provenMs;
    // Nothing can have been sent later than now.
    return isKnown && delayMs >= 0 ? delayMs : undefined;
  }
}
