/**
 * What one person wants of one cabinet and what is answered, whatever carries it: a socket, or a request of its own.
 *
 * @module
 */
import { COMMAND } from "../limits.ts";
import type { Cabinet, Commands, Rentals, Step, Tap } from "../locker/mod.ts";
import { ConflictError, TooManyTapsError, UnavailableError, UnknownCellError } from "../locker/mod.ts";
import type { ErrorCode, FromPage, ToPage } from "./messages.ts";
import { mistake } from "./read_message.ts";

/** What every dialogue shares. */
export interface DialogueContext {
  readonly commands: Commands;
  readonly rentals: Rentals;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** The other side. */
export interface Speaker {
  /** The person's id. */
  readonly person: string;
  readonly address: string;
  /** When the message came that is being answered, in milliseconds since 1970. */
  readonly cameAt: () => number;
  /** The cabinet's description as of now: a tap is judged by it. */
  readonly cabinet: () => Cabinet;
  /** Hears the answers. May be called after the last one: see {@linkcode Commands.run}. */
  readonly tell: (message: ToPage) => void;
  /** Is told of each message that moved no lock: a ping, a mistake, a refusal, an old id. */
  readonly chatted: () => void;
}

/** See the module. */
export class Dialogue {
  readonly #speaker: Speaker;
  readonly #context: DialogueContext;
  #taps = 0;
  #retired = false;

  constructor(speaker: Speaker, context: DialogueContext) {
    this.#speaker = speaker;
    this.#context = context;
  }

  /**
   * From now on taps begin nothing and get no answer: whatever carries them is about to end, and who taps asks again
   * with the same id, of a program that stays.
   */
  retire(): void {
    this.#retired = true;
  }

  /** Whether a tap is not over. */
  get isBusy(): boolean {
    return this.#taps > 0;
  }

  /**
   * Does what the message asks for; resolves when the last answer was told. Never rejects for what the message says.
   */
  async answer(message: FromPage): Promise<void> {
    if (message.type === "share") return await this.#share(message);
    if (message.type !== "ping") return this.#retired ? undefined : await this.#tap(message);
    this.#speaker.chatted();
    this.#speaker.tell({ type: "pong", time: this.#context.wallClock() });
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
      this.#speaker.tell({ type: "command", id, command, cell: cell === 0 ? null : cell, state, ...why });
    };
    try {
      const result = await this.#context.commands.run(this.#tapOf(message), tell);
      if (!heard) this.#speaker.chatted();
      tell(result);
    } catch (error) {
      this.#failed(error, id);
    } finally {
      this.#taps--;
    }
  }

  #tapOf(message: TapMessage): Tap {
    const { type, at = Infinity, ...wish } = message;
    const { person, address, cameAt, cabinet } = this.#speaker;
    const tap = { cabinet: cabinet(), by: `person:${person}`, address, at: Math.min(at, cameAt()) };
    return { command: type, ...tap, ...wish } as Tap;
  }

  async #share({ id, rental }: FromPage & { type: "share" }): Promise<void> {
    const { person, cabinet, tell, chatted } = this.#speaker;
    chatted();
    try {
      const shared = await this.#context.rentals.share({ id, cabinet: cabinet(), rental, person });
      if (shared.type === "shared") {
        tell({ type: "shared", id, code: shared.code, until: new Date(shared.until).toISOString() });
      } else if (shared.type === "conflict") {
        this.#mistake("conflict", "This id belongs to another share", id);
      } else this.#mistake("forbidden", "This rental is not there to be shared", id);
    } catch (error) {
      this.#failed(error, id);
    }
  }

  /** @throws {unknown} what is no answer to a tap but a mistake of the program */
  #failed(error: unknown, id: string): void {
    this.#mistake(codeOf(error), error instanceof Error ? error.message : "", id);
  }

  #mistake(code: ErrorCode, message: string, id: string): void {
    this.#speaker.chatted();
    this.#speaker.tell(mistake(code, message, id));
  }
}

/** A message that wants a cell opened. */
type TapMessage = Exclude<FromPage, { type: "ping" | "share" }>;

/** @throws {unknown} what is no answer to a tap but a mistake of the program */
function codeOf(error: unknown): ErrorCode {
  if (error instanceof UnknownCellError) return "unknown-cell";
  if (error instanceof ConflictError) return "conflict";
  if (error instanceof TooManyTapsError) return "too-fast";
  if (error instanceof UnavailableError) return "unavailable";
  throw error;
}
