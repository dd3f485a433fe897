import { HTTP } from "../../lib/limits.ts";

/** A connection for which bytes are kept. */
export interface Keeper {
  /** The largest block of addresses that it comes from. */
  readonly block: string;
  /** Hangs up, so that nothing is kept for the connection any more. */
  giveUp(): void;
}

/**
 * Bounds the memory for answers that peers do not take, and for what they sent and is not read. When it is too much,
 * connections are closed of the block of addresses for which the most is kept: first the one whose amount has not changed for
 * longest.
 */
export class KeptBytes {
  /** The connections of each block, in the order in which their amounts changed last. */
  readonly #blocks = new Map<string, Map<Keeper, number>>();
  readonly #sums = new Map<string, number>();
  #total = 0;

  /** Bytes that are kept for all connections. */
  get total(): number {
    return this.#total;
  }

  /** From now on so many bytes are kept for the connection. That may close it, or others. */
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
