import type { CabinetRouter } from "../../cabinet/requests.ts";
import { changedMessage, hintMessage } from "./messages.ts";

/** Is told what changes at a cabinet. */
export interface Hinted {
  hint(message: Uint8Array): void;
}

/** Tells feeds what the router says of their cabinets: each cabinet is watched once, and each change is written once. */
export class CabinetHints {
  readonly #router: Pick<CabinetRouter, "watch">;
  readonly #watched = new Map<string, { readonly feeds: Set<Hinted>; readonly watch: Disposable }>();

  constructor(router: Pick<CabinetRouter, "watch">) {
    this.#router = router;
  }

  /** Tells the feed of these cabinets until that is disposed of. */
  follow(cabinets: readonly string[], feed: Hinted): Disposable {
    for (const cabinet of cabinets) this.#watchOf(cabinet).feeds.add(feed);
    return {
      [Symbol.dispose]: () => {
        for (const cabinet of cabinets) this.#leave(cabinet, feed);
      },
    };
  }

  #watchOf(cabinet: string) {
    const known = this.#watched.get(cabinet);
    if (known) return known;
    const feeds = new Set<Hinted>();
    const tell = (message: Uint8Array | undefined) => {
      if (message) { for (const feed of feeds) feed.hint(message); }
    };
    const watch = this.#router.watch(
      cabinet,
      (event) => tell(hintMessage(cabinet, event)),
      () => tell(changedMessage(cabinet)),
    );
    const watched = { feeds, watch };
    this.#watched.set(cabinet, watched);
    return watched;
  }

  #leave(cabinet: string, feed: Hinted): void {
    const watched = this.#watched.get(cabinet);
    if (!watched?.feeds.delete(feed) || watched.feeds.size > 0) return;
    watched.watch[Symbol.dispose]();
    this.#watched.delete(cabinet);
  }
}
