import { ROUTER } from "../lib/limits.ts";
import type { Watchers } from "./watchers.ts";

/** Tells watchers that they may have missed events, a few at a time, since each of them reads its state anew. */
export class MissedNotifier implements Disposable {
  readonly #watchers: Pick<Watchers<never>, "addresses" | "notifyMissed">;
  #addresses: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(watchers: Pick<Watchers<never>, "addresses" | "notifyMissed">) {
    this.#watchers = watchers;
  }

  /** Tells all watchers, also those that were told already in a round that is not over. */
  notifyAll(): void {
    this.#addresses = [...this.#watchers.addresses()];
    this.#timer ??= setTimeout(() => this.#notifySome(), 0);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#addresses = [];
  }

  #notifySome(): void {
    const some = this.#addresses.splice(0, ROUTER.missedAtOnce);
    for (const address of some) this.#watchers.notifyMissed(address);
    this.#timer = this.#addresses.length > 0
      ? setTimeout(() => this.#notifySome(), ROUTER.missedGapMs)
      : undefined;
  }
}
