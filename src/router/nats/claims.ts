import { NATS } from "../../lib/limits.ts";
import { encode } from "../codec.ts";
import type { Broker } from "./broker.ts";
import { type ClaimMessage, readClaims } from "./messages.ts";
import type { Subjects } from "./subjects.ts";
import { Owners } from "../owners.ts";
import type { Owner, OwnershipClaim } from "../router.ts";

/** What claims need. */
export interface ClaimsOptions {
  readonly isolate: string;
  readonly broker: Broker;
  readonly subjects: Subjects;
}

/**
 * What is served here, and what others say that they serve. The higher epoch wins, and where they are equal the isolate
 * that comes last in the alphabet: two who claim the same never go on both.
 */
export class NatsClaims<Request, Progress, Reply> implements Disposable {
  readonly owners = new Owners<Request, Progress, Reply>();
  readonly #options: ClaimsOptions;
  readonly #listening: Disposable;
  #untold: [address: string, epoch: number][] = [];
  #telling: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ClaimsOptions) {
    this.#options = options;
    const { broker, subjects } = options;
    this.#listening = broker.listen(subjects.claims, ({ bytes }) => this.#hear(readClaims(bytes)));
  }

  /**
   * Takes the address and tells all.
   *
   * @param listening makes that requests come in; it is disposed of when the claim ends, once
   */
  claim(
    address: string,
    owner: Owner<Request, Progress, Reply>,
    { epoch, listening }: { epoch: number; listening: Disposable },
  ): OwnershipClaim {
    const ending = new DisposableStack();
    ending.use(listening);
    const own: Owner<Request, Progress, Reply> = {
      handle: (request, asked) => owner.handle(request, asked),
      displaced: () => {
        ending.dispose();
        owner.displaced();
      },
    };
    const claim = this.owners.claim(address, own, { epoch, released: () => ending.dispose() });
    if (claim.held) this.#tell([[address, epoch]]);
    return claim;
  }

  /** Tells all what is served here, a part at a time. */
  tellAll(): void {
    this.#untold = [...this.owners.entries()];
    this.#telling ??= setTimeout(() => this.#tellSome(), 0);
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
    clearTimeout(this.#telling);
    this.#untold = [];
  }

  #tellSome(): void {
    const some = this.#untold.splice(0, NATS.claimsAtOnce);
    const held = some.filter(([address, epoch]) => this.owners.epochOf(address) === epoch);
    if (held.length > 0) this.#tell(held);
    this.#telling = this.#untold.length > 0
      ? setTimeout(() => this.#tellSome(), NATS.claimsGapMs)
      : undefined;
  }

  #tell(entries: ClaimMessage["entries"]): void {
    const { isolate, broker, subjects } = this.#options;
    const unsent = broker.send(subjects.claims, encode({ from: isolate, entries } satisfies ClaimMessage));
    // Where nobody can be reached all is told once they can.
    if (unsent === "full") this.tellAll();
  }

  #hear({ from, entries }: ClaimMessage): void {
    const { isolate } = this.#options;
    if (from === isolate) return;
    const better: [address: string, epoch: number][] = [];
    for (const [address, epoch] of entries) {
      const own = this.owners.epochOf(address);
      if (own === undefined) continue;
      if (own > epoch || (own === epoch && isolate > from)) better.push([address, own]);
      else this.owners.displace(address, epoch);
    }
    if (better.length > 0) this.#tell(better);
  }
}
