import { NATS } from "../../lib/limits.ts";
import { encode } from "../codec.ts";
import type { Broker } from "./broker.ts";
import { type ClaimMessage, readClaims } from "./messages.ts";
import type { Subjects } from "./subjects.ts";
import { Owners } from "../owners.ts";
import type { Owner, OwnershipClaim } from "../router.ts";

/** What {@linkcode NatsClaims} needs. */
export interface ClaimsOptions {
  readonly isolate: string;
  readonly broker: Broker;
  readonly subjects: Subjects;
}

/**
 * The claims of this isolate, compared with those that other isolates announce. The higher epoch wins, and where they
 * are equal the isolate whose name sorts last, so that of two isolates that claim one address only one goes on.
 */
export class NatsClaims<Request, Progress, Reply> implements Disposable {
  readonly owners = new Owners<Request, Progress, Reply>();
  readonly #options: ClaimsOptions;
  readonly #listening: Disposable;
  #unannounced: [address: string, epoch: number][] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ClaimsOptions) {
    this.#options = options;
    const { broker, subjects } = options;
    this.#listening = broker.listen(subjects.claims, ({ bytes }) => this.#compare(readClaims(bytes)));
  }

  /**
   * Claims the address and announces it to all isolates.
   *
   * @param listening receives the address's requests; it is disposed of once, when the claim ends
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
    if (claim.held) this.#announce([[address, epoch]]);
    return claim;
  }

  /** Announces all claims of this isolate, a part at a time. */
  announceAll(): void {
    this.#unannounced = [...this.owners.entries()];
    this.#timer ??= setTimeout(() => this.#announceSome(), 0);
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
    clearTimeout(this.#timer);
    this.#unannounced = [];
  }

  #announceSome(): void {
    const some = this.#unannounced.splice(0, NATS.claimsAtOnce);
    const held = some.filter(([address, epoch]) => this.owners.epochOf(address) === epoch);
    if (held.length > 0) this.#announce(held);
    this.#timer = this.#unannounced.length > 0
      ? setTimeout(() => this.#announceSome(), NATS.claimsGapMs)
      : undefined;
  }

  #announce(entries: ClaimMessage["entries"]): void {
    const { isolate, broker, subjects } = this.#options;
    const failure = broker.send(subjects.claims, encode({ from: isolate, entries } satisfies ClaimMessage));
    // While the broker is unreachable nothing is due: all is announced when it is connected again.
    if (failure === "full") this.announceAll();
  }

  #compare({ from, entries }: ClaimMessage): void {
    const { isolate } = this.#options;
    if (from === isolate) return;
    const better: [address: string, epoch: number][] = [];
    for (const [address, epoch] of entries) {
      const own = this.owners.epochOf(address);
      if (own === undefined) continue;
      if (own > epoch || (own === epoch && isolate > from)) better.push([address, own]);
      else this.owners.displace(address, epoch);
    }
    if (better.length > 0) this.#announce(better);
  }
}
