import { LocalRouter } from "../../src/router/local.ts";
import type { CabinetEvent, CabinetReply, CabinetRequest, SentProgress } from "../../src/cabinet/requests.ts";
import type { RequestOptions } from "../../src/router/router.ts";

/** A router for tests whose ways to owners can be broken, and over which events can be missed. */
export class ShakyRouter extends LocalRouter<CabinetRequest, SentProgress, CabinetReply, CabinetEvent> {
  /** How every request ends; `undefined`: as it should. */
  broken: Error | undefined;
  /** Whether what is published is heard by nobody. */
  isDeaf = false;
  /** How many requests ended in {@linkcode broken}. */
  lost = 0;
  readonly #missed = new Set<() => void>();

  override async request(
    address: string,
    request: CabinetRequest,
    options?: RequestOptions<SentProgress>,
  ): Promise<CabinetReply | undefined> {
    if (this.broken) {
      this.lost++;
      throw this.broken;
    }
    return await super.request(address, request, options);
  }

  override publish(address: string, event: CabinetEvent): void {
    if (!this.isDeaf) super.publish(address, event);
  }

  override watch(
    address: string,
    listener: (event: CabinetEvent) => void,
    missed: () => void = () => {},
  ): Disposable {
    const one = () => missed();
    this.#missed.add(one);
    const watch = super.watch(address, listener);
    return {
      [Symbol.dispose]: () => {
        this.#missed.delete(one);
        watch[Symbol.dispose]();
      },
    };
  }

  /** Tells all who watch that events may have been missed. */
  misses(): void {
    for (const missed of this.#missed) missed();
  }
}
