import type { Claim, Owner, Router } from "./router.ts";

/** The engine of one isolate alone: two maps. */
export class LocalRouter<Request, Progress, Reply, Event> implements Router<Request, Progress, Reply, Event> {
  readonly #owners = new Map<string, LocalClaim<Owner<Request, Progress, Reply>>>();
  readonly #watchers = new Map<string, Set<(event: Event) => void>>();

  claim(address: string, owner: Owner<Request, Progress, Reply>): Claim {
    const claim = new LocalClaim(owner, (self) => {
      if (this.#owners.get(address) === self) this.#owners.delete(address);
    });
    const displaced = this.#owners.get(address);
    this.#owners.set(address, claim);
    if (displaced) {
      displaced.held = false;
      displaced.owner.displaced();
    }
    return claim;
  }

  async request(
    address: string,
    request: Request,
    progress: (progress: Progress) => void = () => {},
  ): Promise<Reply | undefined> {
    return await this.#owners.get(address)?.owner.handle(request, progress);
  }

  publish(address: string, event: Event): void {
    const watchers = this.#watchers.get(address);
    if (watchers) { for (const watcher of watchers) watcher(event); }
  }

  watch(address: string, listener: (event: Event) => void): Disposable {
    // A wrapper of its own, so that the same listener may watch twice.
    const watcher = (event: Event) => listener(event);
    const watchers = this.#watchers.get(address) ?? new Set();
    watchers.add(watcher);
    this.#watchers.set(address, watchers);
    return {
      [Symbol.dispose]: () => {
        watchers.delete(watcher);
        if (watchers.size === 0 && this.#watchers.get(address) === watchers) this.#watchers.delete(address);
      },
    };
  }
}

class LocalClaim<O> implements Claim {
  held = true;
  readonly owner: O;
  readonly #release: (self: LocalClaim<O>) => void;

  constructor(owner: O, release: (self: LocalClaim<O>) => void) {
    this.owner = owner;
    this.#release = release;
  }

  [Symbol.dispose](): void {
    this.held = false;
    this.#release(this);
  }
}
