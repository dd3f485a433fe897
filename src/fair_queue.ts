/**
 * What waits for something that is scarce, by network: the networks take turns, so that a flood from one of them keeps nobody
 * else waiting. Of one network what came first has its turn first.
 */
export class FairQueue<One> {
  /** The network whose turn comes next stands first. */
  readonly #networks = new Map<string, Set<One>>();
  #size = 0;

  /** How much waits. */
  get size(): number {
    return this.#size;
  }

  /** Adds what does not wait yet. */
  add(network: string, one: One): void {
    const queue = this.#networks.get(network) ?? new Set<One>();
    this.#networks.set(network, queue.add(one));
    this.#size++;
  }

  /** Takes what has its turn now; `undefined`: nothing waits. */
  take(): One | undefined {
    for (const [network, queue] of this.#networks) {
      for (const one of queue) {
        this.delete(network, one);
        // Its network has its next turn behind all others.
        if (this.#networks.delete(network)) this.#networks.set(network, queue);
        return one;
      }
    }
    return undefined;
  }

  /** It waits no more. Calling it for what does not wait is harmless. */
  delete(network: string, one: One): void {
    const queue = this.#networks.get(network);
    if (!queue?.delete(one)) return;
    this.#size--;
    if (queue.size === 0) this.#networks.delete(network);
  }
}
