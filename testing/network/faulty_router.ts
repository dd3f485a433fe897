import { LocalRouter } from "../../src/router/local.ts";
import type { CabinetEvent, CabinetReply, CabinetRequest, SentProgress } from "../../src/cabinet/requests.ts";
import type { RequestOptions } from "../../src/router/router.ts";

/** A router for tests whose requests can fail and whose events can be lost. */
export class FaultyRouter extends LocalRouter<CabinetRequest, SentProgress, CabinetReply, CabinetEvent> {
  /** The error of every request; `undefined`: requests are passed on. */
  broken: Error | undefined;
  /** Whether published events are lost. */
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

  /** Tells all watchers that events may have been missed. */
  misses(): void {
    for (const missed of this.#missed) missed();
  }
}
