import { encode } from "../codec.ts";
import type { Broker, Incoming, Unsent } from "./broker.ts";
import type { NatsClaims } from "./claims.ts";
import { type AnswerMessage, type Ask, readAsk } from "./messages.ts";
import type { Subjects } from "./subjects.ts";
import type { Owner } from "../router.ts";

/** All who serve an address, should there be more than one for a moment: one of them gets a request. */
const QUEUE = "owner";

/** What serving needs. */
export interface RequestServerOptions<Request, Progress, Reply> {
  readonly isolate: string;
  readonly broker: Broker;
  readonly subjects: Subjects;
  readonly now: () => number;
  readonly claims: NatsClaims<Request, Progress, Reply>;
  /** For how long it may still be begun, in milliseconds; `undefined`: it has to be asked again for that. */
  readonly leftMs: (ask: Ask<unknown>) => number | undefined;
  readonly failed: (error: unknown) => void;
}

/** Answers requests of other programs. */
export class RequestServer<Request, Progress, Reply> {
  readonly #options: RequestServerOptions<Request, Progress, Reply>;
  readonly #listenings = new Map<string, { readonly hearing: Disposable; claims: number }>();

  constructor(options: RequestServerOptions<Request, Progress, Reply>) {
    this.#options = options;
  }

  /** As {@linkcode Uplink.serve} says. */
  serve(address: string, owner: Owner<Request, Progress, Reply>, epoch: number): Disposable {
    return this.#options.claims.claim(address, owner, { epoch, listening: this.#listen(address) });
  }

  /** All claims of one address hear its requests together: it goes from one to the next without a gap. */
  #listen(address: string): Disposable {
    const { broker, subjects } = this.#options;
    const listening = this.#listenings.get(address) ?? {
      hearing: broker.listen(subjects.own(address), (incoming) => this.#hear(address, incoming), {
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
        listening.hearing[Symbol.dispose]();
      },
    };
  }

  #hear(address: string, { bytes, reply }: Incoming): void {
    const { isolate, now, claims, leftMs } = this.#options;
    const ask = readAsk<Request>(bytes);
    const beginMs = leftMs(ask);
    // What was on its way here while the address was taken by somebody else finds that one then.
    if (beginMs === undefined || !claims.owners.has(address)) {
      this.#say(reply, { type: "again", from: isolate, at: now() });
    } else if (beginMs <= 0) this.#say(reply, { type: "late" });
    else {
      this.#say(reply, { type: "heard", from: isolate });
      void this.#do(address, ask.request, { beginMs, reply });
    }
  }

  async #do(
    address: string,
    request: Request,
    { beginMs, reply: to }: { beginMs: number; reply: string },
  ): Promise<void> {
    const { claims, failed } = this.#options;
    const progress = (progress: Progress) => void this.#say(to, { type: "progress", progress });
    try {
      const reply = await claims.owners.request(address, request, { beginMs, progress });
      if (!this.#say(to, { type: "reply", reply })) this.#say(to, { type: "broken" });
    } catch (error) {
      failed(error);
      this.#say(to, { type: "broken" });
    }
  }

  /** @returns whether it was sent, or could not be because nobody can be reached */
  #say(to: string, answer: AnswerMessage<Progress, Reply | undefined>): boolean {
    try {
      const unsent: Unsent | undefined = this.#options.broker.send(to, encode(answer));
      if (unsent !== "large") return true;
      throw new RangeError(`Cannot answer: the ${answer.type} is too large`);
    } catch (error) {
      this.#options.failed(error);
      return false;
    }
  }
}
