import { HTTP } from "../../lib/limits.ts";

/** A connection for which something is kept. */
export interface Keeper {
  /** The largest block of addresses that it comes from. */
  readonly block: string;
  /** Hangs up: nothing is kept for it any more. */
  giveUp(): void;
}

/**
 * What is kept in memory for peers that do not take their answers, and of what they sent and is not read. Where it is too much,
 * the block of addresses for which the most is kept gives way, first the connection for which that has not changed for longest.
 */
export class KeptBytes {
  /** By block; of each, the connection whose amount changed longest ago stands first. */
  readonly #blocks = new Map<string, Map<Keeper, number>>();
  readonly #sums = new Map<string, number>();
  #total = 0;

  /** In all, in bytes. */
  get total(): number {
    return this.#total;
  }

  /** From now on so many bytes are kept for the connection. It, or others, may be given up for that. */
  set(keeper: Keeper, bytes: number): void {
    this.#note(keeper, bytes);
    while (this.#total > HTTP.keptBytesMax) {
      const worst = this.#worst();
      if (!worst) return;
      this.#note(worst, 0);
      worst.giveUp();
    }
  }

  #note(keeper: Keeper, bytes: number): void {
    const { block } = keeper;
    const keepers = this.#blocks.get(block) ?? new Map<Keeper, number>();
    const more = bytes - (keepers.get(keeper) ?? 0);
    if (more === 0) return;
    this.#total += more;
    this.#sums.set(block, (this.#sums.get(block) ?? 0) + more);
    keepers.delete(keeper);
    if (bytes > 0) keepers.set(keeper, bytes);
    if (keepers.size > 0) return void this.#blocks.set(block, keepers);
    this.#blocks.delete(block);
    this.#sums.delete(block);
  }

  #worst(): Keeper | undefined {
    let most = 0;
    let worst: Map<Keeper, number> | undefined;
    for (const [block, sum] of this.#sums) {
      if (sum <= most) continue;
      most = sum;
      worst = this.#blocks.get(block);
    }
    return worst?.keys().next().value;
  }
}
