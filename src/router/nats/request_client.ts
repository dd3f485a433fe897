import { NATS, ROUTER } from "../../lib/limits.ts";
import { encode } from "../codec.ts";
import type { Broker, Incoming, Unsent } from "./broker.ts";
import { type AnswerMessage, type Ask, type Echo, readAnswer } from "./messages.ts";
import { requestOf, type Subjects } from "./subjects.ts";
import { RequestWindow } from "./window.ts";
import { NoAnswerError, NotAskedError, type RequestOptions } from "../router.ts";

/** Looks in vain until a request counts as not heard. */
const LOOKS_MAX = ROUTER.heardMs / NATS.lookMs;

const UNSENT: Readonly<Record<Unsent, string>> = {
  away: "NATS cannot be reached",
  full: "too much waits to be sent",
  large: "the request is too large",
};

/** What asking needs. */
export interface RequestClientOptions {
  readonly isolate: string;
  readonly broker: Broker;
  readonly subjects: Subjects;
  readonly now: () => number;
  /** Something came from that isolate. */
  readonly heardOf: (isolate: string) => void;
}

interface PendingNatsRequest<Request, Progress, Reply> {
  readonly n: number;
  readonly address: string;
  readonly request: Request;
  readonly progress: ((progress: Progress) => void) | undefined;
  readonly answered: PromiseWithResolvers<Reply | undefined>;
  /** It may not be begun, and is not waited for, after these. */
  readonly beginBy: number;
  readonly answerBy: number;
  stage: "waiting" | "sent" | "heard";
  /** How often it was looked, while nobody had heard it. */
  looks: number;
  /** Which isolate does it. */
  by: string | undefined;
  /** Who had it asked again, and when on that clock; once. */
  again: Echo | undefined;
}

/** The requests of this isolate that somebody in another program has to answer. */
export class RequestClient<Request, Progress, Reply> implements Disposable {
  readonly #options: RequestClientOptions;
  readonly #pending = new Map<number, PendingNatsRequest<Request, Progress, Reply>>();
  readonly #unheard = new RequestWindow(NATS.unheardMax);
  readonly #inbox: Disposable;
  #asked = 0;
  #looking: ReturnType<typeof setTimeout> | undefined;
  #lookedAt = 0;
  #wasBusy = false;
  #isOver = false;

  constructor(options: RequestClientOptions) {
    this.#options = options;
    const { broker, subjects, isolate } = options;
    this.#inbox = broker.listen(subjects.inbox(isolate, "*"), (incoming) => this.#hear(incoming), {
      gapless: true,
    });
  }

  /**
   * As {@linkcode Uplink.request} says.
   *
   * @throws {TypeError} if the request is not plain data
   * @throws {RangeError} if the address is too long
   */
  async request(
    address: string,
    request: Request,
    { beginMs = ROUTER.beginMs, answerMs = ROUTER.answerMs, progress }: RequestOptions<Progress>,
  ): Promise<Reply | undefined> {
    if (this.#isOver || !this.#options.broker.connected) throw notAsked(address, UNSENT.away);
    if (this.#pending.size >= ROUTER.pendingMax) throw notAsked(address, "too many wait for a reply");
    const beginBy = this.#options.now() + beginMs;
    const pending: PendingNatsRequest<Request, Progress, Reply> = {
      n: ++this.#asked,
      address,
      request,
      progress,
      answered: Promise.withResolvers(),
      beginBy,
      answerBy: beginBy + answerMs,
      stage: "waiting",
      looks: 0,
      by: undefined,
      again: undefined,
    };
    this.#pending.set(pending.n, pending);
    this.#unheard.enter(() => this.#begin(pending));
    this.#look();
    return await pending.answered.promise;
  }

  /** The isolate is not there any more: what it was doing nobody will say. */
  gone(isolate: string): void {
    for (const pending of this.#pending.values()) {
      if (pending.by === isolate) this.#fail(pending, "who did it is gone");
    }
  }

  /** Waits for nothing any more. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#inbox[Symbol.dispose]();
    clearTimeout(this.#looking);
    for (const pending of this.#pending.values()) this.#fail(pending, "nobody waits for it any more");
  }

  #begin(pending: PendingNatsRequest<Request, Progress, Reply>): void {
    pending.stage = "sent";
    if (this.#pending.has(pending.n)) this.#send(pending);
    else this.#unheard.leave();
  }

  #send(pending: PendingNatsRequest<Request, Progress, Reply>, echo?: Echo): void {
    const { isolate, broker, subjects, now } = this.#options;
    const { n, address, request } = pending;
    const at = now();
    const leftMs = pending.beginBy - at;
    try {
      if (leftMs <= 0) throw notAsked(address, "the time is up");
      const ask = { from: isolate, at, leftMs, echo, request } satisfies Ask<Request>;
      const unsent = broker.send(subjects.own(address), encode(ask), subjects.inbox(isolate, n));
      if (unsent) throw notAsked(address, UNSENT[unsent]);
    } catch (error) {
      this.#end(pending).reject(error);
    }
  }

  #hear({ subject, bytes, isNobody }: Incoming): void {
    const pending = this.#pending.get(requestOf(subject));
    if (!pending) return;
    if (isNobody) return this.#end(pending).resolve(undefined);
    const answer = readAnswer<Progress, Reply>(bytes);
    if (answer) this.#take(pending, answer);
  }

  #take(pending: PendingNatsRequest<Request, Progress, Reply>, answer: AnswerMessage<Progress, Reply>): void {
    switch (answer.type) {
      case "heard":
        return this.#hearHeard(pending, answer.from);
      case "again":
        return this.#askAgain(pending, answer);
      case "late":
        return this.#end(pending).reject(notAsked(pending.address, "it came too late"));
      case "broken":
        return this.#fail(pending, "there is none that could be sent");
      case "progress":
        return pending.progress?.(answer.progress);
      case "reply":
        return this.#end(pending).resolve(answer.reply);
    }
  }

  #hearHeard(pending: PendingNatsRequest<Request, Progress, Reply>, from: string): void {
    this.#options.heardOf(from);
    if (pending.stage === "sent") this.#unheard.leave();
    pending.stage = "heard";
    pending.by = from;
  }

  /** Once: who would have it asked a third time is at odds with somebody, and the caller knows best what to do. */
  #askAgain(pending: PendingNatsRequest<Request, Progress, Reply>, { from, at }: Echo): void {
    this.#options.heardOf(from);
    // The same answer, over two servers of which one takes over from the other.
    if (pending.again?.from === from && pending.again.at === at) return;
    if (pending.again) {
      return this.#end(pending).reject(notAsked(pending.address, "nobody can say how late it is"));
    }
    pending.again = { from, at };
    this.#send(pending, pending.again);
  }

  #end(pending: PendingNatsRequest<Request, Progress, Reply>): PromiseWithResolvers<Reply | undefined> {
    this.#pending.delete(pending.n);
    if (pending.stage === "sent") this.#unheard.leave();
    return pending.answered;
  }

  #fail(pending: PendingNatsRequest<Request, Progress, Reply>, why: string): void {
    const { stage, address } = pending;
    this.#end(pending).reject(stage === "waiting" ? notAsked(address, why) : noAnswer(address, why));
  }

  /** While anything is waited for, sees that it ends in time. */
  #look(): void {
    if (this.#looking !== undefined) return;
    this.#lookedAt = this.#options.now();
    this.#looking = setTimeout(() => {
      this.#looking = undefined;
      const now = this.#options.now();
      // Whoever was busy itself has not read yet what was said to it.
      const isBusy = now - this.#lookedAt > 2 * NATS.lookMs;
      if (!isBusy || this.#wasBusy) this.#endLate(now);
      this.#wasBusy = isBusy;
      if (this.#pending.size > 0) this.#look();
    }, NATS.lookMs);
  }

  #endLate(now: number): void {
    for (const pending of this.#pending.values()) {
      const { stage, beginBy, answerBy } = pending;
      if (now >= (stage === "waiting" ? beginBy : answerBy)) this.#fail(pending, "the time is up");
      // Looks are counted and not time, in which this isolate may have been too busy to hear.
      else if (stage === "sent" && ++pending.looks > LOOKS_MAX) {
        this.#fail(pending, "nobody says that it was heard");
      }
    }
  }
}

function notAsked(address: string, why: string): NotAskedError {
  return new NotAskedError(`Cannot ask ${address}: ${why}`);
}

function noAnswer(address: string, why: string): NoAnswerError {
  return new NoAnswerError(`No answer from ${address}: ${why}`);
}
