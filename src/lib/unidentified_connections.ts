/** A connection of which it is not known yet who is at its other end. */
export interface UnidentifiedConnection {
  /** What counts as one address, see `subscriberAt()`. */
  readonly network: string;
  /** Hangs up, so that another one finds room. */
  close(): void;
}

/** How many unidentified connections there may be. */
export interface UnidentifiedConnectionLimits {
  readonly max: number;
  /** How many of one network there may be at the moment. */
  readonly perNetworkMax: (network: string) => number;
}

/** The connections of one network, each set with the oldest first. */
class Group<One extends UnidentifiedConnection> {
  /** Connections a request of which was refused. */
  readonly doubtful = new Set<One>();
  /** Connections that have requested nothing yet, or have been answered. */
  readonly waiting = new Set<One>();
  /** Connections a request of which is being answered. */
  readonly answering = new Set<One>();

  get size(): number {
    return this.doubtful.size + this.waiting.size + this.answering.size;
  }

  has(connection: One): boolean {
    return this.#sets.some((set) => set.has(connection));
  }

  delete(connection: One): void {
    for (const set of this.#sets) set.delete(connection);
  }

  get #sets(): Set<One>[] {
    return [this.doubtful, this.waiting, this.answering];
  }
}

/**
 * Shares the room for unidentified connections out fairly: when there is none left, a network with the most connections
 * gives one up for a network with fewer, so that a flood from some addresses keeps no other address out. Within a network
 * the connection that has waited longest is closed, and before it those a request of which was refused. A connection
 * that is being answered is closed only where all of its network are, and for a network that then still has no more
 * connections than are left of its own.
 */
export class UnidentifiedConnections<One extends UnidentifiedConnection = UnidentifiedConnection> {
  readonly #limits: UnidentifiedConnectionLimits;
  readonly #groups = new Map<string, Group<One>>();
  /** The groups by how many connections they have: index 3 holds those with 3. */
  readonly #bySize: Set<Group<One>>[] = [];
  #size = 0;

  constructor(limits: UnidentifiedConnectionLimits) {
    this.#limits = limits;
  }

  /** How many connections there are. */
  get size(): number {
    return this.#size;
  }

  /** Lets the connection in, and may close another one for it. @returns `false` if there is no room */
  enter(connection: One): boolean {
    if (!this.#makeRoom(connection.network)) return false;
    const group = this.#groups.get(connection.network) ?? new Group<One>();
    this.#groups.set(connection.network, group);
    this.#change(group, () => group.waiting.add(connection));
    this.#size++;
    return true;
  }

  /** The connection is closed, or identified. Calling it twice is harmless. */
  leave(connection: One): void {
    const group = this.#groupWith(connection);
    if (!group) return;
    this.#change(group, () => group.delete(connection));
    if (group.size === 0) this.#groups.delete(connection.network);
    this.#size--;
  }

  /** A request of the connection is being answered. Does not protect a connection that was refused before. */
  answering(connection: One): void {
    const group = this.#groupWith(connection);
    if (group?.waiting.delete(connection)) group.answering.add(connection);
  }

  /** All requests of the connection are answered. */
  waiting(connection: One): void {
    const group = this.#groupWith(connection);
    if (group?.answering.delete(connection)) group.waiting.add(connection);
  }

  /** A request of the connection was refused. */
  doubtful(connection: One): void {
    const group = this.#groupWith(connection);
    if (group?.answering.delete(connection)) group.doubtful.add(connection);
  }

  /**
   * Closes a connection that is not being answered, of a network that has the most: the one that is next to be closed, if
   * `may` allows it.
   *
   * @returns whether a connection was closed
   */
  giveWay(may: (connection: One) => boolean = () => true): boolean {
    for (const group of this.#bySize.at(-1) ?? []) if (this.#closeIdle(group, may)) return true;
    return false;
  }

  #groupWith(connection: One): Group<One> | undefined {
    const group = this.#groups.get(connection.network);
    return group?.has(connection) ? group : undefined;
  }

  #makeRoom(network: string): boolean {
    const own = this.#groups.get(network);
    if (own && own.size >= this.#limits.perNetworkMax(network)) return this.#closeIdle(own);
    if (this.#size < this.#limits.max) return true;
    const largest = this.#bySize.at(-1) ?? new Set<Group<One>>();
    if (own && largest.has(own)) return this.#closeIdle(own);
    if (this.giveWay()) return true;
    // All of these are being answered: one is closed only if its network still has as many as the new one's then.
    const [group] = largest;
    return group !== undefined && group.size > (own?.size ?? 0) + 1 && this.#closeOne(group.answering);
  }

  #closeIdle({ doubtful, waiting }: Group<One>, may?: (connection: One) => boolean): boolean {
    return this.#closeOne(doubtful, may) || this.#closeOne(waiting, may);
  }

  #closeOne([oldest]: ReadonlySet<One>, may: (connection: One) => boolean = () => true): boolean {
    if (!oldest || !may(oldest)) return false;
    this.leave(oldest);
    oldest.close();
    return true;
  }

  /** Changes the group, and moves it to where groups of its new size are. */
  #change(group: Group<One>, change: () => void): void {
    this.#bySize[group.size]?.delete(group);
    change();
    if (group.size > 0) (this.#bySize[group.size] ??= new Set()).add(group);
    while (this.#bySize.length > 0 && !this.#bySize.at(-1)?.size) this.#bySize.length--;
  }
}
