import { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { NATS, ROUTER } from "../../lib/limits.ts";
import { encode } from "../codec.ts";
import type { Broker, IncomingMessage, SendFailure } from "./broker.ts";
import { type AnswerMessage, type Echo, type NatsRequest, readAnswer } from "./messages.ts";
import { requestNumber, type Subjects } from "./subjects.ts";
import { NoAnswerError, NotAskedError, type RequestOptions } from "../router.ts";

/** After so many sweeps without a word of its owner, a request counts as not received. */
const SWEEPS_MAX = ROUTER.heardMs / NATS.lookMs;

const SEND_FAILURES: Readonly<Record<SendFailure, string>> = {
  unreachable: "NATS cannot be reached",
  full: "too many bytes wait to be sent",
  "too-large": "the request is too large",
};

/** What a {@linkcode RequestClient} needs. */
export interface RequestClientOptions {
  readonly isolate: string;
  readonly broker: Broker;
  readonly subjects: Subjects;
  readonly now: () => number;
  /** Is told that the isolate sent a message. */
  readonly noteContact: (isolate: string) => void;
}

interface PendingNatsRequest<Request, Progress, Reply> {
  readonly n: number;
  readonly address: string;
  readonly request: Request;
  readonly progress: ((progress: Progress) => void) | undefined;
  readonly answered: PromiseWithResolvers<Reply | undefined>;
  /** Until when it may be begun, and until when its reply is waited for. */
  readonly beginBy: number;
  readonly answerBy: number;
  stage: "waiting" | "sent" | "heard";
  /** How many sweeps it has been sent without being heard. */
  sweeps: number;
  /** The isolate that has begun it. */
  by: string | undefined;
  /** The `again` after which it was sent a second time. */
  again: Echo | undefined;
}

/** The requests of this isolate that another program has to answer. */
export class RequestClient<Request, Progress, Reply> implements Disposable {
  readonly #options: RequestClientOptions;
  readonly #pending = new Map<number, PendingNatsRequest<Request, Progress, Reply>>();
  readonly #unheard = new Semaphore(NATS.unheardMax);
  readonly #inbox: Disposable;
  #count = 0;
  #sweepTimer: ReturnType<typeof setTimeout> | undefined;
  #sweptAt = 0;
  #wasBusy = false;
  #isDisposed = false;

  constructor(options: RequestClientOptions) {
    this.#options = options;
    const { broker, subjects, isolate } = options;
    this.#inbox = broker.listen(subjects.inbox(isolate, "*"), (message) => this.#receive(message), {
      gapless: true,
    });
  }

  /**
   * As {@linkcode FleetUplink.request} says.
   *
   * @throws {TypeError} if the request is not plain data
   * @throws {RangeError} if the address is too long
   */
  async request(
    address: string,
    request: Request,
    { beginMs = ROUTER.beginMs, answerMs = ROUTER.answerMs, progress }: RequestOptions<Progress>,
  ): Promise<Reply | undefined> {
    if (this.#isDisposed || !this.#options.broker.connected) {
      throw notAsked(address, SEND_FAILURES.unreachable);
    }
    if (this.#pending.size >= ROUTER.pendingMax) {
      throw notAsked(address, "too many requests wait for a reply");
    }
    const beginBy = this.#options.now() + beginMs;
    const pending: PendingNatsRequest<Request, Progress, Reply> = {
      n: ++this.#count,
      address,
      request,
      progress,
      answered: Promise.withResolvers(),
      beginBy,
      answerBy: beginBy + answerMs,
      stage: "waiting",
      sweeps: 0,
      by: undefined,
      again: undefined,
    };
    this.#pending.set(pending.n, pending);
    this.#unheard.enter(() => this.#begin(pending));
    this.#scheduleSweep();
    return await pending.answered.promise;
  }

  /** Ends the requests that the isolate had begun: their replies will not come. */
  isolateGone(isolate: string): void {
    for (const pending of this.#pending.values()) {
      if (pending.by === isolate) this.#fail(pending, "its isolate is gone");
    }
  }

  /** Ends all requests. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#inbox[Symbol.dispose]();
    clearTimeout(this.#sweepTimer);
    for (const pending of this.#pending.values()) this.#fail(pending, "this isolate stops");
  }

  #begin(pending: PendingNatsRequest<Request, Progress, Reply>): void {
    pending.stage = "sent";
    if (this.#pending.has(pending.n)) this.#send(pending);
    else this.#unheard.release();
  }

  #send(pending: PendingNatsRequest<Request, Progress, Reply>, echo?: Echo): void {
    const { isolate, broker, subjects, now } = this.#options;
    const { n, address, request } = pending;
    const at = now();
    const leftMs = pending.beginBy - at;
    try {
      if (leftMs <= 0) throw notAsked(address, "the time is up");
      const message = { from: isolate, at, leftMs, echo, request } satisfies NatsRequest<Request>;
      const failure = broker.send(subjects.own(address), encode(message), subjects.inbox(isolate, n));
      if (failure) throw notAsked(address, SEND_FAILURES[failure]);
    } catch (error) {
      this.#end(pending).reject(error);
    }
  }

  #receive({ subject, bytes, isNoResponders }: IncomingMessage): void {
    const pending = this.#pending.get(requestNumber(subject));
    if (!pending) return;
    if (isNoResponders) return this.#end(pending).resolve(undefined);
    const answer = readAnswer<Progress, Reply>(bytes);
    if (answer) this.#apply(pending, answer);
  }

  #apply(
    pending: PendingNatsRequest<Request, Progress, Reply>,
    answer: AnswerMessage<Progress, Reply>,
  ): void {
    switch (answer.type) {
      case "heard":
        return this.#markHeard(pending, answer.from);
      case "again":
        return this.#sendAgain(pending, answer);
      case "late":
        return this.#end(pending).reject(notAsked(pending.address, "it came too late"));
      case "broken":
        return this.#fail(pending, "its reply cannot be sent");
      case "progress":
        return pending.progress?.(answer.progress);
      case "reply":
        return this.#end(pending).resolve(answer.reply);
    }
  }

  #markHeard(pending: PendingNatsRequest<Request, Progress, Reply>, from: string): void {
    this.#options.noteContact(from);
    if (pending.stage === "sent") this.#unheard.release();
    pending.stage = "heard";
    pending.by = from;
  }

  /** Once: if two owners contradict each other, the caller knows best what to do. */
  #sendAgain(pending: PendingNatsRequest<Request, Progress, Reply>, { from, at }: Echo): void {
    this.#options.noteContact(from);
    // While one server takes over from another, an answer may come over both.
    if (pending.again?.from === from && pending.again.at === at) return;
    if (pending.again) {
      return this.#end(pending).reject(notAsked(pending.address, "it is not known how late it is"));
    }
    pending.again = { from, at };
    this.#send(pending, pending.again);
  }

  #end(pending: PendingNatsRequest<Request, Progress, Reply>): PromiseWithResolvers<Reply | undefined> {
    this.#pending.delete(pending.n);
    if (pending.stage === "sent") this.#unheard.release();
    return pending.answered;
  }

  #fail(pending: PendingNatsRequest<Request, Progress, Reply>, why: string): void {
    const { stage, address } = pending;
    this.#end(pending).reject(stage === "waiting" ? notAsked(address, why) : noAnswer(address, why));
  }

  /** Sweeps until no request is pending. */
  #scheduleSweep(): void {
    if (this.#sweepTimer !== undefined) return;
    this.#sweptAt = this.#options.now();
    this.#sweepTimer = setTimeout(() => {
      this.#sweepTimer = undefined;
      const now = this.#options.now();
      // An isolate that was busy itself has not read yet what was sent to it.
      const isBusy = now - this.#sweptAt > 2 * NATS.lookMs;
      if (!isBusy || this.#wasBusy) this.#endOverdue(now);
      this.#wasBusy = isBusy;
      if (this.#pending.size > 0) this.#scheduleSweep();
    }, NATS.lookMs);
  }

  #endOverdue(now: number): void {
    for (const pending of this.#pending.values()) {
      const { stage, beginBy, answerBy } = pending;
      if (now >= (stage === "waiting" ? beginBy : answerBy)) this.#fail(pending, "the time is up");
      // Sweeps are counted and not time, in which this isolate may have been too busy to receive an answer.
      else if (stage === "sent" && ++pending.sweeps > SWEEPS_MAX) {
        this.#fail(pending, "its owner does not confirm that it came");
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
