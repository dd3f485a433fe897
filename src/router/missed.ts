import { ROUTER } from "../lib/limits.ts";
import type { Watchers } from "./watchers.ts";

/** Tells watchers that they may have missed something, a few at a time: each of them reads anew. */
export class MissedInGroups implements Disposable {
  readonly #watchers: Pick<Watchers<never>, "addresses" | "missed">;
  #addresses: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(watchers: Pick<Watchers<never>, "addresses" | "missed">) {
    this.#watchers = watchers;
  }

  /** Tells everybody, also who has been told in part already. */
  all(): void {
    this.#addresses = [...this.#watchers.addresses()];
    this.#timer ??= setTimeout(() => this.#some(), 0);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#addresses = [];
  }

  #some(): void {
    for (const address of this.#addresses.splice(0, ROUTER.missedAtOnce)) this.#watchers.missed(address);
    this.#timer = this.#addresses.length > 0 ? setTimeout(() => this.#some(), ROUTER.missedGapMs) : undefined;
  }
}
