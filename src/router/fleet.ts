import { ROUTER } from "../lib/limits.ts";
import type { IncomingRequest, NearRouter, Owner, OwnershipClaim, RequestOptions, Router } from "./router.ts";
import type { FleetUplink } from "./uplink.ts";

/** Combines the router of one program with the uplink to the others: asks the own program first. */
export class FleetRouter<Request, Progress, Reply, Event>
  implements Router<Request, Progress, Reply, Event>, AsyncDisposable {
  readonly #near: NearRouter<Request, Progress, Reply, Event>;
  readonly #uplink: FleetUplink<Request, Progress, Reply, Event>;
  readonly #now: () => number;

  /** @param options.now milliseconds that only go forward */
  constructor(
    near: NearRouter<Request, Progress, Reply, Event>,
    uplink: FleetUplink<Request, Progress, Reply, Event>,
    { now = () => performance.now() }: { now?: () => number } = {},
  ) {
    this.#near = near;
    this.#uplink = uplink;
    this.#now = now;
  }

  claim(address: string, owner: Owner<Request, Progress, Reply>, epoch: number): OwnershipClaim {
    const claim = new FleetClaim(owner);
    const near = this.#near.claim(address, claim, epoch);
    claim.add(near);
    claim.held = near.held;
    if (near.held) claim.add(this.#uplink.serve(address, claim, epoch));
    return claim;
  }

  owns(address: string): boolean {
    return this.#near.owns(address);
  }

  async request(
    address: string,
    request: Request,
    options: RequestOptions<Progress> = {},
  ): Promise<Reply | undefined> {
    const { beginMs = ROUTER.beginMs } = options;
    const askedAt = this.#now();
    if (this.#near.knows(address)) {
      const reply = await this.#near.request(address, request, options);
      if (reply !== undefined) return reply;
    }
    return await this.#uplink.request(address, request, {
      ...options,
      beginMs: beginMs - (this.#now() - askedAt),
    });
  }

  publish(address: string, event: Event): void {
    this.#near.publish(address, event);
    this.#uplink.publish(address, event);
  }

  watch(address: string, listener: (event: Event) => void, missed?: () => void): Disposable {
    const near = this.#near.watch(address, listener, missed);
    const far = this.#uplink.watch(address, listener, missed);
    return {
      [Symbol.dispose]() {
        near[Symbol.dispose]();
        far[Symbol.dispose]();
      },
    };
  }

  [Symbol.dispose](): void {
    void this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#near[Symbol.dispose]();
    await this.#uplink[Symbol.asyncDispose]();
  }
}

/** A claim in both routers: when it ends in one, it is released in the other. */
class FleetClaim<Request, Progress, Reply> implements OwnershipClaim, Owner<Request, Progress, Reply> {
  held = true;
  readonly #owner: Owner<Request, Progress, Reply>;
  readonly #parts = new DisposableStack();
  #isOver = false;

  constructor(owner: Owner<Request, Progress, Reply>) {
    this.#owner = owner;
  }

  add(part: Disposable): void {
    this.#parts.use(part);
  }

  handle(request: Request, asked: IncomingRequest<Progress>): Promise<Reply> {
    return this.#owner.handle(request, asked);
  }

  displaced(): void {
    if (this.#isOver) return;
    this[Symbol.dispose]();
    this.#owner.displaced();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.held = false;
    this.#parts.dispose();
  }
}
