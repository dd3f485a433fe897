/** The clock by which codes, tokens and tickets expire. Tests can put it forward; WeChat's messages do not use it. */
export class Clock {
  #aheadMs = 0;

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  pass(ms: number): void {
    this.#aheadMs += ms;
  }
}
