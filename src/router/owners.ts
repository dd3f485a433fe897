import { ROUTER } from "../lib/limits.ts";
import type { Owner, OwnershipClaim, RequestOptions } from "./router.ts";

/** The claims of this isolate, by address. */
export class Owners<Request, Progress, Reply> {
  readonly #claims = new Map<string, HeldClaim<Request, Progress, Reply>>();

  /** @param released called when a claim that was still held is released */
  claim(
    address: string,
    owner: Owner<Request, Progress, Reply>,
    { epoch, released }: { epoch: number; released?: () => void },
  ): OwnershipClaim {
    if ((this.epochOf(address) ?? -1) > epoch) return refusedClaim(owner);
    const claim = new HeldClaim(owner, epoch, (self) => {
      if (this.#claims.get(address) !== self) return;
      this.#claims.delete(address);
      released?.();
    });
    this.displace(address, epoch);
    this.#claims.set(address, claim);
    return claim;
  }

  has(address: string): boolean {
    return this.#claims.has(address);
  }

  /** The epoch in which the address is claimed here; `undefined`: it is not claimed here. */
  epochOf(address: string): number | undefined {
    return this.#claims.get(address)?.epoch;
  }

  /** Every address with its epoch. */
  *entries(): Generator<[address: string, epoch: number]> {
    for (const [address, { epoch }] of this.#claims) yield [address, epoch];
  }

  /** Ends this isolate's claim to the address, unless its epoch is higher than this one. */
  displace(address: string, epoch: number): void {
    const claim = this.#claims.get(address);
    if (!claim || claim.epoch > epoch) return;
    this.#claims.delete(address);
    claim.displace();
  }

  /** Passes the request to the owner; `undefined` if there is none here. */
  async request(
    address: string,
    request: Request,
    { beginMs = ROUTER.beginMs, progress = () => {} }: RequestOptions<Progress>,
  ): Promise<Reply | undefined> {
    return await this.#claims.get(address)?.owner.handle(request, { leftMs: beginMs, progress });
  }
}

/** The claim of an owner that a higher epoch displaces at once; the owner is told after this returns. */
export function refusedClaim(owner: { displaced(): void }): OwnershipClaim {
  queueMicrotask(() => owner.displaced());
  return { held: false, [Symbol.dispose]: () => {} };
}

class HeldClaim<Request, Progress, Reply> implements OwnershipClaim {
  held = true;
  readonly owner: Owner<Request, Progress, Reply>;
  readonly epoch: number;
  readonly #release: (self: HeldClaim<Request, Progress, Reply>) => void;

  constructor(
    owner: Owner<Request, Progress, Reply>,
    epoch: number,
    release: (self: HeldClaim<Request, Progress, Reply>) => void,
  ) {
    this.owner = owner;
    this.epoch = epoch;
    this.#release = release;
  }

  displace(): void {
    this.held = false;
    this.owner.displaced();
  }

  [Symbol.dispose](): void {
    this.held = false;
    this.#release(this);
  }
}
