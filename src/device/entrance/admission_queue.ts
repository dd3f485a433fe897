import { FairQueue } from "../../lib/concurrency/fair_queue.ts";
import { DEVICE } from "../../lib/limits.ts";

/**
 * Gives a limited number of places to new connections that have something looked up. The others wait, and the
 * blocks of addresses that they come from take turns, so that a flood from one block keeps no other waiting.
 */
export class AdmissionQueue {
  #free: number = DEVICE.placesMax;
  readonly #queue = new FairQueue<() => void>();

  /** How many connections wait for a place. */
  get waiting(): number {
    return this.#queue.size;
  }

  /**
   * Resolves when a connection has a place, which {@linkcode AdmissionQueue.leave} gives back.
   *
   * @param blocks the blocks of addresses that it comes from, the largest first
   */
  enter(blocks: readonly string[]): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve();
    }
    return new Promise((begin) => this.#queue.add(blocks, begin));
  }

  /** Gives a place back. */
  leave(): void {
    const begin = this.#queue.take();
    if (begin) begin();
    else this.#free++;
  }
}
