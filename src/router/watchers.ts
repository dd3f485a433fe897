/** Receives what is published about an address. */
export interface Watcher<Event> {
  readonly listener: (event: Event) => void;
  readonly missed: (() => void) | undefined;
}

/** The watchers in this isolate, by address. */
export class Watchers<Event> {
  readonly #byAddress = new Map<string, Set<Watcher<Event>>>();

  /**
   * @param watcher may be added twice
   * @param last called when the address has no watcher any more
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

  /** The addresses that have a watcher. */
  addresses(): MapIterator<string> {
    return this.#byAddress.keys();
  }

  notify(address: string, event: Event): void {
    this.#byAddress.get(address)?.forEach(({ listener }) => listener(event));
  }

  /** Tells the address's watchers that they may have missed events. */
  notifyMissed(address: string): void {
    this.#byAddress.get(address)?.forEach(({ missed }) => missed?.());
  }
}
