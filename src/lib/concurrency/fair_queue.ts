/**
 * A queue that serves the blocks of addresses by turns (round robin): the largest blocks take turns, and inside each the
 * smaller ones, so that a flood from one block does not delay the others. Within the smallest block it is first come, first
 * served.
 */
export class FairQueue<One> {
  /** The queues of the smaller blocks. The block whose turn is next stands first. */
  readonly #blocks = new Map<string, FairQueue<One>>();
  /** The entries of this block itself, which were given no smaller one. */
  readonly #own = new Set<One>();
  #size = 0;

  /** How many entries wait. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds an entry that does not wait yet.
   *
   * @param blocks the blocks that it comes from, the largest first
   */
  add([block, ...smaller]: readonly string[], one: One): void {
    this.#size++;
    if (block === undefined) return void this.#own.add(one);
    const queue = this.#blocks.get(block) ?? new FairQueue<One>();
    this.#blocks.set(block, queue);
    queue.add(smaller, one);
  }

  /** Takes the entry out whose turn it is; `undefined`: none waits. */
  take(): One | undefined {
    if (this.#size === 0) return undefined;
    this.#size--;
    for (const one of this.#own) {
      this.#own.delete(one);
      return one;
    }
    for (const [block, queue] of this.#blocks) {
      const one = queue.take();
      // The block's next turn comes after all others have had theirs.
      this.#blocks.delete(block);
      if (queue.size > 0) this.#blocks.set(block, queue);
      return one;
    }
    return undefined;
  }

  /** Takes the entry out before its turn. @returns whether it waited */
  delete([block, ...smaller]: readonly string[], one: One): boolean {
    const queue = block === undefined ? undefined : this.#blocks.get(block);
    const did = block === undefined ? this.#own.delete(one) : queue?.delete(smaller, one) ?? false;
    if (did) this.#size--;
    if (block !== undefined && queue?.size === 0) this.#blocks.delete(block);
    return did;
  }
}
