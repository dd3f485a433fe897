import { PERSON } from "../../lib/limits.ts";
import type { CabinetView } from "../../cabinet/types.ts";
import type { Person } from "../../locker/mod.ts";
import type { Visit } from "../admission.ts";
import { TokenBucket } from "../../lib/token_bucket.ts";
import { type CabinetEvent, personTopic } from "../../cabinet/requests.ts";
import type { Wire } from "../../http/websocket_guard.ts";
import type { CabinetSubscribers, Viewer } from "./cabinet_subscribers.ts";
import type { UsersContext } from "../context.ts";
import { Dialogue, type DialogueContext } from "./dialogue.ts";
import type { ToPage } from "../../protocol/messages.ts";
import { type MessageError, mistake, readMessage } from "../../protocol/read_message.ts";
import { welcomeOf } from "./welcome.ts";

/** WebSocket close codes (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;
const POLICY = 1008;
const INTERNAL_ERROR = 1011;

/** What every socket shares. */
export type SocketContext =
  & DialogueContext
  & Pick<UsersContext, "socketCounts" | "subscribers" | "people" | "permits" | "router" | "failed" | "now">;

/**
 * One person's socket on one cabinet. Knows nothing of HTTP: it is given something to send with, and is told what
 * came.
 */
export class PersonSocket implements Viewer {
  readonly #context: SocketContext;
  readonly #person: Person;
  readonly #wire: Wire;
  readonly #subscribers: CabinetSubscribers;
  readonly #dialogue: Dialogue;
  readonly #counted: Disposable | undefined;
  readonly #news: Disposable;
  readonly #bucket: TokenBucket;
  #notJson = 0;
  #closed = false;
  /** What happened while a welcome was being put together; sent behind it. */
  #early: string[] | undefined = [];
  #greetings = 0;

  constructor(
    who: Visit,
    wire: Wire,
    context: SocketContext,
  ) {
    this.#context = context;
    this.#person = who.person;
    this.#wire = wire;
    this.#bucket = new TokenBucket(
      { perSecond: PERSON.messagesPerSecond, burst: PERSON.messagesBurst },
      context.now(),
    );
    this.#counted = context.socketCounts.enter(who.person.id);
    // Several that were let in at one moment may be too many together; the caller does not have this one yet.
    if (!this.#counted) queueMicrotask(() => this.close(POLICY, "too many open pages"));
    const subscribers = this.#subscribers = context.subscribers.join(who.cabinet, this);
    this.#dialogue = new Dialogue({
      person: who.person.id,
      sessionsFrom: who.person.sessionsFrom,
      address: who.address,
      cameAt: context.wallClock,
      cabinet: () => subscribers.cabinet,
      tell: (message) => this.#tell(message),
      chatted: () => void this.#bucket.take(context.now()),
    }, context);
    // Where events may have been missed, CabinetSubscribers has this socket greet, which reads all of them anew.
    this.#news = context.router.watch(personTopic(who.person.id), (event) => this.#hear(event));
  }

  /** From now on taps begin nothing: the socket is about to be closed. See {@linkcode Dialogue.retire}. */
  retire(): void {
    this.#dialogue.retire();
  }

  /** Whether a tap is not over. */
  get isBusy(): boolean {
    return this.#dialogue.isBusy;
  }

  /** Greets the page with all that it needs to show. */
  async welcome(): Promise<void> {
    const view = await this.#subscribers.read();
    if (view) await this.greet(view);
    else this.removed();
  }

  async greet(view: CabinetView): Promise<void> {
    this.#greetings++;
    this.#early ??= [];
    try {
      const [person, welcome] = await Promise.all([
        this.#context.people.find(this.#person.id),
        welcomeOf({ person: this.#person, cabinet: this.#subscribers.cabinet, view }, this.#context),
      ]);
      const isSignedOut = !person || person.sessionsFrom > this.#person.sessionsFrom;
      if (isSignedOut) this.#signedOut();
      else this.#say(welcome);
    } finally {
      // What happened meanwhile counts on top, also of a greeting that is still to come.
      if (--this.#greetings === 0) this.#sayEarly();
    }
  }

  #sayEarly(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const text of early) this.send(text);
  }

  /** Takes one message from the page. Never rejects for what the message says. */
  async receive(data: unknown): Promise<void> {
    if (this.#closed) return;
    const now = this.#context.now();
    if (this.#bucket.level(now) < 0) return this.#flooded(now);
    const message = readMessage(data);
    if (message.type === "error") this.#mistaken(message);
    else {
      this.#notJson = 0;
      await this.#dialogue.answer(message);
    }
  }

  /** Sends text that was made for all pages of the cabinet. A page that does not read is dropped. */
  send(text: string): void {
    if (this.#closed) return;
    if (this.#early) return void this.#early.push(text);
    this.#write(text);
  }

  #write(text: string): void {
    if (this.#wire.bufferedBytes > PERSON.bufferedBytesMax) return this.close(POLICY, "too slow");
    this.#wire.send(text);
  }

  removed(): void {
    this.close(GOING_AWAY, "the cabinet was removed");
  }

  /** Ends the socket. Harmless when it has ended. */
  close(code = GOING_AWAY, reason = "the service stops"): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.subscribers.leave(this.#subscribers.cabinet.id, this);
    this.#news[Symbol.dispose]();
    this.#counted?.[Symbol.dispose]();
    this.#wire.close(code, reason);
  }

  /** Passes on what happened to the person. */
  #hear(event: CabinetEvent): void {
    if (event.type === "signed-out") return this.#signedOut();
    if (event.type !== "rental" && event.type !== "permits") return;
    if (event.cabinet !== this.#subscribers.cabinet.id) return;
    if (event.type === "rental") return this.#tell({ type: "rental", ...event.rental });
    this.welcome().catch((error) => {
      this.#context.failed(error);
      // It comes back, and is greeted with what it missed.
      this.close(INTERNAL_ERROR, "something went wrong");
    });
  }

  #signedOut(): void {
    this.close(POLICY, "signed out");
  }

  #mistaken(message: MessageError): void {
    this.#bucket.take(this.#context.now());
    this.#tell(message);
    this.#notJson = message.code === "not-json" ? this.#notJson + 1 : 0;
    if (this.#notJson >= PERSON.notJsonMax) this.close(POLICY, "not JSON");
  }

  #flooded(now: number): void {
    if (this.#bucket.take(now) < -PERSON.messagesDebtMax) return this.close(POLICY, "too fast");
    this.#tell(mistake("too-fast", "Too many messages; wait a moment"));
  }

  /** Says it before all that waits. */
  #say(message: ToPage): void {
    if (!this.#closed) this.#write(JSON.stringify(message));
  }

  #tell(message: ToPage): void {
    this.send(JSON.stringify(message));
  }
}
