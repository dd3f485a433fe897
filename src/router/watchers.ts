/** Somebody who hears what is published about an address. */
export interface Watcher<Event> {
  readonly listener: (event: Event) => void;
  readonly missed: (() => void) | undefined;
}

/** Who watches what, in this isolate. */
export class Watchers<Event> {
  readonly #byAddress = new Map<string, Set<Watcher<Event>>>();

  /**
   * @param watcher may be there twice
   * @param last called when nobody watches the address any more
   */
  add(address: string, { listener, missed }: Watcher<Event>, last?: () => void): Disposable {
    const watcher = { listener, missed };
    const watchers = this.#byAddress.get(address) ?? new Set();
    watchers.add(watcher);
    this.#byAddress.set(address, watchers);
    return {
      [Symbol.dispose]: () => {
        if (!watchers.delete(watcher) || watchers.size > 0) return;
        this.#byAddress.delete(address);
        last?.();
      },
    };
  }

  has(address: string): boolean {
    return this.#byAddress.has(address);
  }

  /** The addresses that somebody watches. */
  addresses(): MapIterator<string> {
    return this.#byAddress.keys();
  }

  tell(address: string, event: Event): void {
    const watchers = this.#byAddress.get(address);
    if (watchers) { for (const { listener } of watchers) listener(event); }
  }

  /** Tells who watches the address that something may have been missed. */
  missed(address: string): void {
    const watchers = this.#byAddress.get(address);
    if (watchers) { for (const { missed } of watchers) missed?.(); }
  }
}
