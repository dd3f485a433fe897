import { withTimeout } from "../lib/concurrency/timeout.ts";
import { BUS, OPERATOR, STAFF } from "../lib/limits.ts";
import { NoAnswerError, NotAskedError } from "../router/mod.ts";
import { type CabinetReply, type CabinetRouter, rawTopic } from "../cabinet/requests.ts";
import type { Wire } from "../http/websocket_guard.ts";

/** RFC 6455, section 7.4.1. */
const POLICY = 1008;

/** Upper-case hex with spaces, as `A0 01 01 A2`. */
export function spacedHex(bytes: Uint8Array): string {
  return bytes.toHex().toUpperCase().replace(/..(?!$)/g, "$& ");
}

/** The bytes that hex text means, spaces or not; `undefined` for odd or foreign characters, or none. */
export function bytesOfHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, "");
  if (digits.length === 0) return undefined;
  try {
    return Uint8Array.fromHex(digits);
  } catch {
    return undefined;
  }
}

/** One operator's raw line to one cabinet: hex text to its bus, and back. */
export class RawLine implements Disposable {
  readonly #cabinet: string;
  readonly #router: CabinetRouter;
  readonly #wire: Wire;
  readonly #watches: Disposable[];
  readonly #mayGoOn: () => Promise<boolean>;
  readonly #waitMs: number;
  readonly #now: () => number;
  readonly #recheck: ReturnType<typeof setInterval>;
  /** The question that has no answer yet. Messages wait for it together, so that they keep their order. */
  #checking: Promise<boolean> | undefined;
  /** Until when the last answer holds, by {@linkcode RawLine.#now}. */
  #mayUntil = -Infinity;

  /**
   * Greets at once with `<connection id> welcome`.
   *
   * @param options.mayGoOn is asked before a message is passed on, unless it has just answered, and twice a second: where it
   * says no, or does not answer in time, the line is closed
   * @param options.waitMs how long its answer is waited for @default {STAFF.recheckWaitMs}
   * @param options.now milliseconds that only go forward @default {performance.now}
   */
  constructor(
    cabinet: string,
    wire: Wire,
    { router, mayGoOn, waitMs = STAFF.recheckWaitMs, now = () => performance.now() }: {
      router: CabinetRouter;
      mayGoOn: () => Promise<boolean>;
      waitMs?: number;
      now?: () => number;
    },
  ) {
    this.#cabinet = cabinet;
    this.#router = router;
    this.#wire = wire;
    this.#mayGoOn = mayGoOn;
    this.#waitMs = waitMs;
    this.#now = now;
    this.#recheck = setInterval(() => this.#check(), STAFF.recheckMs);
    this.#watches = [
      router.watch(rawTopic(cabinet), (event) => {
        if (event.type === "raw") this.#send(spacedHex(event.bytes));
      }),
      router.watch(cabinet, (event) => {
        if (event.type === "online") this.#listen();
      }, () => this.#listen()),
    ];
    wire.send(`${crypto.randomUUID()} welcome`);
    this.#listen();
  }

  /** Takes one message from the operator. */
  async receive(data: unknown): Promise<void> {
    const bytes = typeof data === "string" ? bytesOfHex(data) : undefined;
    if (!bytes) return this.#send("error: not hex, such as A0 01 01 A2; nothing was sent");
    if (bytes.length > BUS.rawBytesMax) {
      return this.#send(`error: more than ${BUS.rawBytesMax} bytes; nothing was sent`);
    }
    if ((this.#checking || this.#now() >= this.#mayUntil) && !await this.#check()) return;
    const reply = await this.#ask(bytes);
    if (!reply) this.#send("error: the cabinet is offline; nothing was sent");
    else if (reply instanceof NotAskedError) {
      this.#send("error: the cabinet cannot be reached; nothing was sent");
    } else if (reply instanceof NoAnswerError) {
      this.#send("error: the cabinet cannot be reached; it is not known whether anything was sent");
    } else if (reply.type === "raw" && !reply.taken) this.#send("error: the bus is busy; nothing was sent");
  }

  [Symbol.dispose](): void {
    clearInterval(this.#recheck);
    for (const watch of this.#watches) watch[Symbol.dispose]();
  }

  /** Whether the line may go on; closes it where not. */
  #check(): Promise<boolean> {
    return this.#checking ??= this.#askMay().finally(() => this.#checking = undefined);
  }

  async #askMay(): Promise<boolean> {
    // What is taken away while the question is under way may not be in its answer.
    const until = this.#now() + STAFF.recheckedMs;
    const mayGoOn = await withTimeout(this.#mayGoOn(), { ms: this.#waitMs }).catch(() => false);
    if (mayGoOn) this.#mayUntil = until;
    else this.#wire.close(POLICY, "you may not use this line any more");
    return mayGoOn;
  }

  /** Makes the cabinet's connection publish what it receives. */
  async #listen(): Promise<void> {
    const reply = await this.#ask(new Uint8Array());
    if (!(reply instanceof Error)) return;
    this.#send("error: the cabinet cannot be reached; what comes from it is shown once something was sent");
  }

  /** Sends the bytes to the bus, if there are any. */
  async #ask(bytes: Uint8Array): Promise<CabinetReply | NotAskedError | NoAnswerError | undefined> {
    try {
      return await this.#router.request(this.#cabinet, { type: "raw", bytes });
    } catch (error) {
      if (error instanceof NotAskedError || error instanceof NoAnswerError) return error;
      throw error;
    }
  }

  #send(text: string): void {
    if (this.#wire.bufferedBytes > OPERATOR.rawBufferedBytesMax) return this.#wire.close(POLICY, "too slow");
    this.#wire.send(text);
  }
}
