/** A connection of which nobody knows yet whose it is. */
export interface Newcomer {
  /** What counts as its address. */
  readonly network: string;
  /** Hangs up, so that another one finds room. */
  close(): void;
}

/** How many there may be. */
export interface NewcomerLimits {
  readonly max: number;
  readonly perNetworkMax: number;
}

/** The newcomers of one network, the oldest first. */
class Group {
  /** Those that have asked for nothing, or have been answered. */
  readonly waiting = new Set<Newcomer>();
  readonly answering = new Set<Newcomer>();

  get size(): number {
    return this.waiting.size + this.answering.size;
  }
}

/**
 * Room for newcomers that is dealt out fairly: where there is none left, a network that has the most gives way to one
 * that has less, so a flood from some addresses keeps nobody else out. Within a network the newcomer that has waited
 * longest goes, and none whose request is being answered.
 */
export class Newcomers {
  readonly #limits: NewcomerLimits;
  readonly #groups = new Map<string, Group>();
  /** The groups by their size. */
  readonly #bySize: Set<Group>[] = [];
  #size = 0;

  constructor(limits: NewcomerLimits) {
    this.#limits = limits;
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** Lets it in, for which another one may be closed. `false`: there is no room. */
  enter(newcomer: Newcomer): boolean {
    if (!this.#makeRoom(newcomer.network)) return false;
    const group = this.#groups.get(newcomer.network) ?? new Group();
    this.#groups.set(newcomer.network, group);
    this.#change(group, () => group.waiting.add(newcomer));
    this.#size++;
    return true;
  }

  /** It is gone, or not new any more. Calling it twice is harmless. */
  leave(newcomer: Newcomer): void {
    const group = this.#groupWith(newcomer);
    if (!group) return;
    this.#change(group, () => {
      group.waiting.delete(newcomer);
      group.answering.delete(newcomer);
    });
    if (group.size === 0) this.#groups.delete(newcomer.network);
    this.#size--;
  }

  /** Its request is being answered. */
  answering(newcomer: Newcomer): void {
    const group = this.#groupWith(newcomer);
    if (group?.waiting.delete(newcomer)) group.answering.add(newcomer);
  }

  /** All its requests are answered. */
  waiting(newcomer: Newcomer): void {
    const group = this.#groupWith(newcomer);
    if (group?.answering.delete(newcomer)) group.waiting.add(newcomer);
  }

  #groupWith(newcomer: Newcomer): Group | undefined {
    const group = this.#groups.get(newcomer.network);
    return group?.waiting.has(newcomer) || group?.answering.has(newcomer) ? group : undefined;
  }

  #makeRoom(network: string): boolean {
    const own = this.#groups.get(network);
    if (own && own.size >= this.#limits.perNetworkMax) return this.#closeOne(own.waiting);
    if (this.#size < this.#limits.max) return true;
    const largest = this.#bySize.at(-1) ?? new Set<Group>();
    if (own && largest.has(own)) return this.#closeOne(own.waiting);
    for (const { waiting } of largest) if (this.#closeOne(waiting)) return true;
    // All of these are answered: one makes room only where its network still has as many as the newcomer's then.
    const [group] = largest;
    return group !== undefined && group.size > (own?.size ?? 0) + 1 && this.#closeOne(group.answering);
  }

  #closeOne([oldest]: ReadonlySet<Newcomer>): boolean {
    if (!oldest) return false;
    this.leave(oldest);
    oldest.close();
    return true;
  }

  /** Changes the group, and files it under its new size. */
  #change(group: Group, change: () => void): void {
    this.#bySize[group.size]?.delete(group);
    change();
    if (group.size > 0) (this.#bySize[group.size] ??= new Set()).add(group);
    while (this.#bySize.length > 0 && !this.#bySize.at(-1)?.size) this.#bySize.length--;
  }
}
