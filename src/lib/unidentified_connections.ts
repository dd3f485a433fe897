/** A connection whose owner is not known yet. */
export interface UnidentifiedConnection {
  /** What counts as its address. */
  readonly network: string;
  /** Hangs up, so that another one finds room. */
  close(): void;
}

/** How many there may be. */
export interface UnidentifiedConnectionLimits {
  readonly max: number;
  /** Those of one network, as things stand. */
  readonly perNetworkMax: (network: string) => number;
}

/** The newcomers of one network, the oldest first. */
class Group<One extends UnidentifiedConnection> {
  /** Those that have asked for something that was not granted. */
  readonly doubtful = new Set<One>();
  /** Those that have asked for nothing, or have been answered. */
  readonly waiting = new Set<One>();
  readonly answering = new Set<One>();

  get size(): number {
    return this.doubtful.size + this.waiting.size + this.answering.size;
  }

  has(newcomer: One): boolean {
    return this.#sets.some((set) => set.has(newcomer));
  }

  delete(newcomer: One): void {
    for (const set of this.#sets) set.delete(newcomer);
  }

  get #sets(): Set<One>[] {
    return [this.doubtful, this.waiting, this.answering];
  }
}

/**
 * Room for newcomers that is dealt out fairly: where there is none left, a network that has the most gives way to one
 * that has less, so a flood from some addresses keeps nobody else out. Within a network the newcomer that has waited
 * longest goes, one whose request was not granted first. One whose request is being answered goes only where that is so of
 * all of its network, and for a network that still has no more than what is left of it.
 */
export class UnidentifiedConnections<One extends UnidentifiedConnection = UnidentifiedConnection> {
  readonly #limits: UnidentifiedConnectionLimits;
  readonly #groups = new Map<string, Group<One>>();
  /** The groups by their size. */
  readonly #bySize: Set<Group<One>>[] = [];
  #size = 0;

  constructor(limits: UnidentifiedConnectionLimits) {
    this.#limits = limits;
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** Lets it in, and may close another one for that. `false`: there is no room. */
  enter(newcomer: One): boolean {
    if (!this.#makeRoom(newcomer.network)) return false;
    const group = this.#groups.get(newcomer.network) ?? new Group<One>();
    this.#groups.set(newcomer.network, group);
    this.#change(group, () => group.waiting.add(newcomer));
    this.#size++;
    return true;
  }

  /** It is gone, or not new any more. Calling it twice is harmless. */
  leave(newcomer: One): void {
    const group = this.#groupWith(newcomer);
    if (!group) return;
    this.#change(group, () => group.delete(newcomer));
    if (group.size === 0) this.#groups.delete(newcomer.network);
    this.#size--;
  }

  /** Its request is being answered; after one that was not granted it may be closed all the same. */
  answering(newcomer: One): void {
    const group = this.#groupWith(newcomer);
    if (group?.waiting.delete(newcomer)) group.answering.add(newcomer);
  }

  /** All its requests are answered. */
  waiting(newcomer: One): void {
    const group = this.#groupWith(newcomer);
    if (group?.answering.delete(newcomer)) group.waiting.add(newcomer);
  }

  /** What it asked for was not granted. */
  doubtful(newcomer: One): void {
    const group = this.#groupWith(newcomer);
    if (group?.answering.delete(newcomer)) group.doubtful.add(newcomer);
  }

  /**
   * Closes one that is not being answered, of a network that has the most: the one that would go first, if it may.
   *
   * @returns whether one was closed
   */
  giveWay(may: (newcomer: One) => boolean = () => true): boolean {
    for (const group of this.#bySize.at(-1) ?? []) if (this.#closeIdle(group, may)) return true;
    return false;
  }

  #groupWith(newcomer: One): Group<One> | undefined {
    const group = this.#groups.get(newcomer.network);
    return group?.has(newcomer) ? group : undefined;
  }

  #makeRoom(network: string): boolean {
    const own = this.#groups.get(network);
    if (own && own.size >= this.#limits.perNetworkMax(network)) return this.#closeIdle(own);
    if (this.#size < this.#limits.max) return true;
    const largest = this.#bySize.at(-1) ?? new Set<Group<One>>();
    if (own && largest.has(own)) return this.#closeIdle(own);
    if (this.giveWay()) return true;
    // All of these are answered: one makes room only where its network still has as many as the newcomer's then.
    const [group] = largest;
    return group !== undefined && group.size > (own?.size ?? 0) + 1 && this.#closeOne(group.answering);
  }

  #closeIdle({ doubtful, waiting }: Group<One>, may?: (newcomer: One) => boolean): boolean {
    return this.#closeOne(doubtful, may) || this.#closeOne(waiting, may);
  }

  #closeOne([oldest]: ReadonlySet<One>, may: (newcomer: One) => boolean = () => true): boolean {
    if (!oldest || !may(oldest)) return false;
    this.leave(oldest);
    oldest.close();
    return true;
  }

  /** Changes the group, and files it under its new size. */
  #change(group: Group<One>, change: () => void): void {
    this.#bySize[group.size]?.delete(group);
    change();
    if (group.size > 0) (this.#bySize[group.size] ??= new Set()).add(group);
    while (this.#bySize.length > 0 && !this.#bySize.at(-1)?.size) this.#bySize.length--;
  }
}
