import type { Metrics } from "../metrics/mod.ts";
import { NoAnswerError, NotAskedError, type OwnershipClaim } from "../router/mod.ts";
import type { Owner, RequestOptions, Router } from "../router/mod.ts";

/** Where the owner of an address is, as far as this isolate knows. */
export type Way = "here" | "isolate" | "machine";

/** A router that counts its requests, and those without an answer. */
export class InstrumentedRouter<Request, Progress, Reply, Event>
  implements Router<Request, Progress, Reply, Event> {
  readonly #router: Router<Request, Progress, Reply, Event>;
  readonly #metrics: Metrics;
  readonly #wayTo: (address: string) => Way | undefined;

  /** @param options.wayTo where a request will go; `undefined`: no owner is known */
  constructor(
    router: Router<Request, Progress, Reply, Event>,
    options: { metrics: Metrics; wayTo: (address: string) => Way | undefined },
  ) {
    this.#router = router;
    this.#metrics = options.metrics;
    this.#wayTo = options.wayTo;
  }

  claim(address: string, owner: Owner<Request, Progress, Reply>, epoch: number): OwnershipClaim {
    return this.#router.claim(address, owner, epoch);
  }

  owns(address: string): boolean {
    return this.#router.owns(address);
  }

  async request(
    address: string,
    request: Request,
    options?: RequestOptions<Progress>,
  ): Promise<Reply | undefined> {
    const way = this.#wayTo(address);
    if (way) this.#metrics.add("router_requests_total", way);
    try {
      const reply = await this.#router.request(address, request, options);
      if (reply === undefined) this.#metrics.add("router_unanswered_total", "offline");
      return reply;
    } catch (error) {
      this.#metrics.add("router_unanswered_total", howOf(error));
      throw error;
    }
  }

  publish(address: string, event: Event): void {
    this.#router.publish(address, event);
  }

  watch(address: string, listener: (event: Event) => void, missed?: () => void): Disposable {
    return this.#router.watch(address, listener, missed);
  }

  [Symbol.dispose](): void {
    this.#router[Symbol.dispose]();
  }
}

function howOf(error: unknown): string {
  if (error instanceof NotAskedError) return "not-asked";
  return error instanceof NoAnswerError ? "no-answer" : "other";
}
