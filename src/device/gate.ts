import { DEVICE } from "../limits.ts";

/**
 * Has so many places for new connections that have something looked up. The others wait, and the networks that they come
 * from take turns, so that a flood from one of them keeps nobody else waiting.
 */
export class Gate {
  #free: number = DEVICE.placesMax;
  /** What waits, by network, the network whose turn comes next first; of each, what came first. */
  readonly #queues = new Map<string, (() => void)[]>();
  #waiting = 0;

  /** How many wait for a place. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves with a place for somebody from that network, who gives it back with {@linkcode Gate.leave}. */
  enter(network: string): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve();
    }
    this.#waiting++;
    return new Promise((begin) => {
      const queue = this.#queues.get(network);
      if (queue) queue.push(begin);
      else this.#queues.set(network, [begin]);
    });
  }

  /** Gives a place back. */
  leave(): void {
    for (const [network, queue] of this.#queues) {
      const begin = queue.shift();
      this.#queues.delete(network);
      if (queue.length > 0) this.#queues.set(network, queue);
      this.#waiting--;
      return begin?.();
    }
    this.#free++;
  }
}
