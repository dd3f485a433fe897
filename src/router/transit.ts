/** How long a part of the window is at least, in milliseconds: clocks drift by some 10 ms in an hour. */
const PART_MS = 60_000;
/** Samples of a part at least: after a long stall all that comes in first is late. */
const PART_SAMPLES = 10;

/**
 * How long messages of one sender are on their way, between clocks that do not agree: by how much more than the
 * quickest of the last minutes.
 */
export class Transit {
  #before = Infinity;
  #least = Infinity;
  #samples = 0;
  #since = 0;

  /**
   * A message came in.
   *
   * @param at when it was sent, on the sender's clock, in milliseconds
   * @param now when it came, on our clock
   * @returns by how many milliseconds it was late; 0 for the first
   */
  hear(at: number, now: number): number {
    if (this.#samples === 0) this.#since = now;
    if (now - this.#since >= PART_MS && this.#samples >= PART_SAMPLES) this.#turn(now);
    const apart = now - at;
    this.#samples++;
    this.#least = Math.min(this.#least, apart);
    return apart - Math.min(this.#least, this.#before);
  }

  #turn(now: number): void {
    this.#before = this.#least;
    this.#least = Infinity;
    this.#samples = 0;
    this.#since = now;
  }
}
