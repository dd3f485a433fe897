/**
 * One person's socket on one cabinet. Knows nothing of HTTP: it is given something to send with, and is told
 * what came.
 *
 * @module
 */
import { COMMAND, PERSON } from "../limits.ts";
import type { Cabinet, Cabinets, CabinetView, Commands, Person, Step } from "../locker/mod.ts";
import { ConflictError, TooManyTapsError, UnavailableError, UnknownCellError } from "../locker/mod.ts";
import { TokenBucket } from "../rate.ts";
import type { Wire } from "../sockets.ts";
import type { Audience, Audiences, Viewer } from "./audience.ts";
import { type ErrorCode, type FromPage, fromPage, type ToPage } from "./messages.ts";

/** WebSocket close codes (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;
const POLICY = 1008;

/** What every socket shares. */
export interface SocketContext {
  readonly audiences: Audiences;
  readonly cabinets: Cabinets;
  readonly commands: Commands;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/** See the module. */
export class PersonSocket implements Viewer {
  readonly #context: SocketContext;
  readonly #person: Person;
  readonly #wire: Wire;
  readonly #audience: Audience;
  readonly #bucket: TokenBucket;
  #notJson = 0;
  #taps = 0;
  #closed = false;
  /** What happened while the welcome was being put together; sent behind it. */
  #early: string[] | undefined = [];

  constructor(who: { person: Person; cabinet: Cabinet }, wire: Wire, context: SocketContext) {
    this.#context = context;
    this.#person = who.person;
    this.#wire = wire;
    this.#bucket = new TokenBucket(
      { perSecond: PERSON.messagesPerSecond, burst: PERSON.messagesBurst },
      context.now(),
    );
    this.#audience = context.audiences.join(who.cabinet, this);
  }

  /** Greets the page with all that it needs to show. */
  async welcome(): Promise<void> {
    const cabinet = await this.#context.cabinets.view(this.#audience.cabinet);
    const early = this.#early ?? [];
    this.#early = undefined;
    this.greet(cabinet);
    for (const text of early) this.send(text);
  }

  greet(cabinet: CabinetView): void {
    const { id, name } = this.#person;
    this.#tell({ type: "welcome", you: { id, name }, cabinet, rentals: [] });
  }

  /** Takes one message from the page. Never rejects for what the message says. */
  async receive(data: unknown): Promise<void> {
    if (this.#closed) return;
    const now = this.#context.now();
    if (this.#bucket.level(now) < 0) return this.#flooded(now);
    const message = this.#parse(data);
    if (!message) return;
    if (message.type === "open") return await this.#open(message);
    this.#bucket.take(now);
    this.#tell({ type: "pong" });
  }

  /** Sends text that was made for all pages of the cabinet. A page that does not read is dropped. */
  send(text: string): void {
    if (this.#closed) return;
    if (this.#early) return void this.#early.push(text);
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

  async #open(message: FromPage & { type: "open" }): Promise<void> {
    const { id, cell } = message;
    if (this.#taps >= COMMAND.perPersonMax) {
      return this.#mistake("too-fast", "Too many taps are not over yet", id);
    }
    this.#taps++;
    let heard = false;
    const tell = (step: Step) => {
      heard = true;
      this.#tell({ type: "command", id, command: "open", cell, ...step });
    };
    const tap = { id, cabinet: this.#audience.cabinet, cell, by: `person:${this.#person.id}` };
    try {
      const outcome = await this.#context.commands.open(tap, tell);
      // What moved no lock, a refusal or an old id, counts as chatter.
      if (!heard) this.#bucket.take(this.#context.now());
      tell(outcome);
    } catch (error) {
      this.#mistake(codeOf(error), error instanceof Error ? error.message : "", id);
    } finally {
      this.#taps--;
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

  #tell(message: ToPage): void {
    this.send(JSON.stringify(message));
  }
}

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
