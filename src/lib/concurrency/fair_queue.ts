/**
 * What waits for something that is scarce, by the blocks of addresses it comes from: the largest blocks take turns, and inside
 * of each the smaller ones, so that a flood from one of them keeps no other waiting. Of one place what came first has its turn
 * first.
 */
export class FairQueue<One> {
  /** What comes from smaller blocks. The block whose turn comes next stands first. */
  readonly #blocks = new Map<string, FairQueue<One>>();
  /** What comes from no smaller block. */
  readonly #own = new Set<One>();
  #size = 0;

  /** How much waits. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds what does not wait yet.
   *
   * @param blocks the largest first
   */
  add([block, ...smaller]: readonly string[], one: One): void {
    this.#size++;
    if (block === undefined) return void this.#own.add(one);
    const queue = this.#blocks.get(block) ?? new FairQueue<One>();
    this.#blocks.set(block, queue);
    queue.add(smaller, one);
  }

  /** Takes what has its turn now; `undefined`: nothing waits. */
  take(): One | undefined {
    if (this.#size === 0) return undefined;
    this.#size--;
    for (const one of this.#own) {
      this.#own.delete(one);
      return one;
    }
    for (const [block, queue] of this.#blocks) {
      const one = queue.take();
      // The block has its next turn behind all others.
      this.#blocks.delete(block);
      if (queue.size > 0) this.#blocks.set(block, queue);
      return one;
    }
    return undefined;
  }

  /** It waits no more. @returns whether it did */
  delete([block, ...smaller]: readonly string[], one: One): boolean {
    const queue = block === undefined ? undefined : this.#blocks.get(block);
    const did = block === undefined ? this.#own.delete(one) : queue?.delete(smaller, one) ?? false;
    if (did) this.#size--;
    if (block !== undefined && queue?.size === 0) this.#blocks.delete(block);
    return did;
  }
}
