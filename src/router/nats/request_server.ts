import { encode } from "../codec.ts";
import type { Broker, IncomingMessage } from "./broker.ts";
import type { NatsClaims } from "./claims.ts";
import { type AnswerMessage, type NatsRequest, readRequest } from "./messages.ts";
import type { Subjects } from "./subjects.ts";
import type { Owner } from "../router.ts";

/** The queue group of an address's owners, should there be more than one for a moment: one of them gets a request. */
const QUEUE = "owner";

/** What a {@linkcode RequestServer} needs. */
export interface RequestServerOptions<Request, Progress, Reply> {
  readonly isolate: string;
  readonly broker: Broker;
  readonly subjects: Subjects;
  readonly now: () => number;
  readonly claims: NatsClaims<Request, Progress, Reply>;
  /** For how long the request may still be begun, in milliseconds; `undefined`: not known until it is sent again. */
  readonly leftMs: (message: NatsRequest<unknown>) => number | undefined;
  readonly failed: (error: unknown) => void;
}

/** Answers requests of other programs. */
export class RequestServer<Request, Progress, Reply> {
  readonly #options: RequestServerOptions<Request, Progress, Reply>;
  readonly #listenings = new Map<string, { readonly subscription: Disposable; claims: number }>();

  constructor(options: RequestServerOptions<Request, Progress, Reply>) {
    this.#options = options;
  }

  /** As {@linkcode FleetUplink.serve} says. */
  serve(address: string, owner: Owner<Request, Progress, Reply>, epoch: number): Disposable {
    return this.#options.claims.claim(address, owner, { epoch, listening: this.#listen(address) });
  }

  /** All claims of one address share a subscription, so that no request is missed between one and the next. */
  #listen(address: string): Disposable {
    const { broker, subjects } = this.#options;
    const listening = this.#listenings.get(address) ?? {
      subscription: broker.listen(subjects.own(address), (message) => this.#receive(address, message), {
        queue: QUEUE,
        gapless: true,
      }),
      claims: 0,
    };
    listening.claims++;
    this.#listenings.set(address, listening);
    return {
      [Symbol.dispose]: () => {
        if (--listening.claims > 0) return;
        this.#listenings.delete(address);
        listening.subscription[Symbol.dispose]();
      },
    };
  }

  #receive(address: string, { bytes, reply }: IncomingMessage): void {
    const { isolate, now, claims, leftMs } = this.#options;
    const message = readRequest<Request>(bytes);
    const beginMs = leftMs(message);
    // If the address got another owner while the request was on its way, the second one reaches that owner.
    if (beginMs === undefined || !claims.owners.has(address)) {
      this.#answer(reply, { type: "again", from: isolate, at: now() });
    } else if (beginMs <= 0) this.#answer(reply, { type: "late" });
    else {
      this.#answer(reply, { type: "heard", from: isolate });
      void this.#execute(address, message.request, { beginMs, reply });
    }
  }

  async #execute(
    address: string,
    request: Request,
    { beginMs, reply: to }: { beginMs: number; reply: string },
  ): Promise<void> {
    const { claims, failed } = this.#options;
    const progress = (progress: Progress) => void this.#answer(to, { type: "progress", progress });
    try {
      const reply = await claims.owners.request(address, request, { beginMs, progress });
      if (!this.#answer(to, { type: "reply", reply })) this.#answer(to, { type: "broken" });
    } catch (error) {
      failed(error);
      this.#answer(to, { type: "broken" });
    }
  }

  /** @returns `false` if this answer can never be sent; one that only the network prevents counts as sent */
  #answer(to: string, answer: AnswerMessage<Progress, Reply | undefined>): boolean {
    try {
      if (this.#options.broker.send(to, encode(answer)) !== "too-large") return true;
      throw new RangeError(`Cannot answer: the ${answer.type} is too large`);
    } catch (error) {
      this.#options.failed(error);
      return false;
    }
  }
}
