import { FairQueue } from "../../lib/concurrency/fair_queue.ts";
import type { PermitQueue } from "../../lib/concurrency/semaphore.ts";

/** Kinds of callers: the program itself, and tries from addresses that are known, are new, or have tried before. */
const KINDS = ["inside", "known", "first", "stranger"] as const;
type Kind = typeof KINDS[number];

/** A kind of caller, then blocks of addresses, the largest first. */
export type HashOrigin = readonly [kind: Kind, ...blocks: string[]];

/**
 * The order in which passwords are hashed: kinds of callers take turns, and inside a kind blocks of addresses do. Of first
 * tries the newest has the next turn, so that those which came before it do not delay it, from however many addresses.
 */
export class HashQueue implements PermitQueue<HashOrigin> {
  readonly #firsts: (() => void)[] = [];
  readonly #others = new Map<Kind, FairQueue<() => void>>();
  /** The kind whose turn is next stands first. */
  readonly #turns = new Set<Kind>(KINDS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add([kind, ...blocks]: HashOrigin, begin: () => void): void {
    this.#size++;
    if (kind === "first") return void this.#firsts.push(begin);
    const queue = this.#others.get(kind) ?? new FairQueue();
    this.#others.set(kind, queue);
    queue.add(blocks, begin);
  }

  take(): (() => void) | undefined {
    for (const kind of this.#turns) {
      const begin = kind === "first" ? this.#firsts.pop() : this.#others.get(kind)?.take();
      if (!begin) continue;
      this.#size--;
      this.#turns.delete(kind);
      this.#turns.add(kind);
      return begin;
    }
    return undefined;
  }
}
