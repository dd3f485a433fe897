/**
 * One person's socket on one cabinet. Knows nothing of HTTP: it is given something to send with, and is told
 * what came.
 *
 * @module
 */
import { COMMAND, PERSON } from "../limits.ts";
import type { Cabinet, CabinetView, Commands, Person, Rentals, Step, Tap } from "../locker/mod.ts";
import { ConflictError, TooManyTapsError, UnavailableError, UnknownCellError } from "../locker/mod.ts";
import { TokenBucket } from "../rate.ts";
import { type CabinetRouter, personTopic } from "../router/mod.ts";
import type { Wire } from "../sockets.ts";
import type { Attendance } from "./attendance.ts";
import type { Audience, Audiences, Viewer } from "./audience.ts";
import { type ErrorCode, type FromPage, fromPage, type ToPage } from "./messages.ts";

/** WebSocket close codes (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;
const POLICY = 1008;

/** What every socket shares. */
export interface SocketContext {
  readonly attendance: Attendance;
  readonly audiences: Audiences;
  readonly commands: Commands;
  readonly rentals: Rentals;
  readonly router: CabinetRouter;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/** See the module. */
export class PersonSocket implements Viewer {
  readonly #context: SocketContext;
  readonly #person: Person;
  readonly #wire: Wire;
  readonly #audience: Audience;
  readonly #address: string;
  readonly #attends: Disposable;
  readonly #news: Disposable;
  readonly #bucket: TokenBucket;
  #notJson = 0;
  #taps = 0;
  #leaving = false;
  #closed = false;
  /** What happened while a welcome was being put together; sent behind it. */
  #early: string[] | undefined = [];
  #greetings = 0;

  constructor(
    who: { person: Person; cabinet: Cabinet; address: string },
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
    this.#address = who.address;
    this.#attends = context.attendance.join(who.person.id, () => this.close(POLICY, "too many open pages"));
    this.#audience = context.audiences.join(who.cabinet, this);
    // Where some of these may have been missed the audience greets, with the rentals as they are.
    this.#news = context.router.watch(personTopic(who.person.id), (event) => {
      if (event.type !== "rental" || event.cabinet !== who.cabinet.id) return;
      this.#tell({ type: "rental", ...event.rental });
    });
  }

  /** From now on taps are refused: the socket is about to be closed. */
  retire(): void {
    this.#leaving = true;
  }

  /** Whether a tap is not over. */
  get isBusy(): boolean {
    return this.#taps > 0;
  }

  /** Greets the page with all that it needs to show. */
  async welcome(): Promise<void> {
    const view = await this.#audience.read();
    if (view) await this.greet(view);
    else this.removed();
  }

  async greet(cabinet: CabinetView): Promise<void> {
    const { id, name } = this.#person;
    this.#greetings++;
    this.#early ??= [];
    try {
      const rentals = await this.#context.rentals.of(cabinet.id, id);
      this.#say({ type: "welcome", you: { id, name }, cabinet, rentals });
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
    const message = this.#parse(data);
    if (!message) return;
    if (message.type === "share") return await this.#share(message);
    if (message.type !== "ping") return await this.#tap(message);
    this.#bucket.take(now);
    this.#tell({ type: "pong" });
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
    this.#context.audiences.leave(this.#audience.cabinet.id, this);
    this.#news[Symbol.dispose]();
    this.#attends[Symbol.dispose]();
    this.#wire.close(code, reason);
  }

  #parse(data: unknown): FromPage | undefined {
    if (typeof data === "string" && isTooBig(data)) {
      return this.#mistake("too-big", `A message may have ${PERSON.messageBytesMax} bytes`);
    }
    const json = typeof data === "string" ? parseJson(data) : undefined;
    if (typeof json !== "object" || json === null) {
      this.#notJson++;
      this.#mistake("not-json", "This is no JSON object");
      if (this.#notJson >= PERSON.notJsonMax) this.close(POLICY, "no JSON");
      return undefined;
    }
    this.#notJson = 0;
    const { success, data: message, error } = fromPage.safeParse(json);
    if (success) return message;
    const [issue] = error.issues;
    const id = "id" in json && typeof json.id === "string" ? json.id : undefined;
    return this.#mistake("bad-message", `${issue?.path.join(".") || "message"}: ${issue?.message}`, id);
  }

  async #tap(message: TapMessage): Promise<void> {
    const { id, type: command } = message;
    if (this.#taps >= COMMAND.perPersonMax) {
      return this.#mistake("too-fast", "Too many taps are not over yet", id);
    }
    this.#taps++;
    let heard = false;
    const tell = ({ state, reason, cell }: Step) => {
      heard = true;
      const why = reason === undefined ? {} : { reason };
      this.#tell({ type: "command", id, command, cell: cell === 0 ? null : cell, state, ...why });
    };
    try {
      const result = await this.#context.commands.run(this.#tapOf(message), tell);
      // What moved no lock, a refusal or an old id, counts as chatter.
      if (!heard) this.#bucket.take(this.#context.now());
      tell(result);
    } catch (error) {
      this.#mistake(codeOf(error), error instanceof Error ? error.message : "", id);
    } finally {
      this.#taps--;
    }
  }

  #tapOf(message: TapMessage): Tap {
    const { type, ...wish } = message;
    const tap = { cabinet: this.#audience.cabinet, by: `person:${this.#person.id}`, address: this.#address };
    return { command: type, ...tap, ...wish, leaving: this.#leaving } as Tap;
  }

  async #share({ id, rental }: FromPage & { type: "share" }): Promise<void> {
    this.#bucket.take(this.#context.now());
    const { cabinet } = this.#audience;
    try {
      const shared = await this.#context.rentals.share({ id, cabinet, rental, person: this.#person.id });
      if (shared.type === "shared") {
        const until = new Date(shared.until).toISOString();
        this.#tell({ type: "shared", id, code: shared.code, until });
      } else if (shared.type === "conflict") {
        this.#mistake("conflict", "This id belongs to another share", id);
      } else this.#mistake("forbidden", "This rental is not there to be shared", id);
    } catch (error) {
      this.#mistake(codeOf(error), error instanceof Error ? error.message : "", id);
    }
  }

  #mistake(code: ErrorCode, message: string, id?: string): undefined {
    this.#bucket.take(this.#context.now());
    this.#tell({ type: "error", ...(id === undefined ? {} : { id }), code, message });
  }

  #flooded(now: number): void {
    if (this.#bucket.take(now) < -PERSON.messagesDebtMax) return this.close(POLICY, "too fast");
    this.#tell({ type: "error", code: "too-fast", message: "Too many messages; wait a moment" });
  }

  /** Says it before all that waits. */
  #say(message: ToPage): void {
    if (!this.#closed) this.#write(JSON.stringify(message));
  }

  #tell(message: ToPage): void {
    this.send(JSON.stringify(message));
  }
}

/** A message that wants a cell opened. */
type TapMessage = Exclude<FromPage, { type: "ping" | "share" }>;

function isTooBig(text: string): boolean {
  if (text.length * 3 <= PERSON.messageBytesMax) return false;
  return new TextEncoder().encode(text).length > PERSON.messageBytesMax;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws {unknown} what is no answer to a tap but a mistake of the program */
function codeOf(error: unknown): ErrorCode {
  if (error instanceof UnknownCellError) return "unknown-cell";
  if (error instanceof ConflictError) return "conflict";
  if (error instanceof TooManyTapsError) return "too-fast";
  if (error instanceof UnavailableError) return "unavailable";
  throw error;
}
