import { COMMAND } from "../../lib/limits.ts";
import type { Cabinet, CommandStep, RequestedTap } from "../../locker/mod.ts";
import { ConflictError, TooManyTapsError, UnavailableError, UnknownCellError } from "../../locker/mod.ts";
import type { UsersContext } from "../context.ts";
import type { ErrorCode, FromPage, ToPage } from "../../protocol/messages.ts";
import { mistake } from "../../protocol/read_message.ts";
import { COMMAND_KINDS, type CommandKind } from "../../cabinet/kinds.ts";

/** What every dialogue shares. */
export type DialogueContext = Pick<UsersContext, "commands" | "rentals" | "rentalRecovery" | "wallClock">;

/** The other side. */
export interface Speaker {
  /** The person's id. */
  readonly person: string;
  /** See {@linkcode Person}, as it was when the speaker was let in. */
  readonly sessionsFrom: number;
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

/**
 * What one person asks of one cabinet and what is answered, whatever carries it: a socket, or a request of its own.
 */
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
    if (isTap(message)) return this.#retired ? undefined : await this.#tap(message);
    this.#speaker.chatted();
    if (message.type === "ping") return this.#speaker.tell({ type: "pong", time: this.#context.wallClock() });
    try {
      this.#speaker.tell(await this.#answerTo(message));
    } catch (error) {
      this.#speaker.tell(failure(error, message.id));
    }
  }

  async #tap(message: TapMessage): Promise<void> {
    const { id, type: command } = message;
    if (this.#taps >= COMMAND.perPersonMax) {
      return this.#mistake("too-fast", "Too many taps are not over yet", id);
    }
    this.#taps++;
    let heard = false;
    const tell = ({ state, reason, cell }: CommandStep) => {
      heard = true;
      const why = reason === undefined ? {} : { reason };
      this.#speaker.tell({ type: "command", id, command, cell: cell === 0 ? null : cell, state, ...why });
    };
    try {
      const result = await this.#context.commands.run(this.#tapOf(message), tell);
      if (!heard) this.#speaker.chatted();
      tell(result);
    } catch (error) {
      this.#speaker.chatted();
      this.#speaker.tell(failure(error, id));
    } finally {
      this.#taps--;
    }
  }

  #tapOf(message: TapMessage): RequestedTap {
    const { type, at = Infinity, ...wish } = message;
    const { person, sessionsFrom, address, cameAt, cabinet } = this.#speaker;
    const who = { by: `person:${person}`, sessionsFrom, address };
    const tap = { cabinet: cabinet(), ...who, at: Math.min(at, cameAt()) };
    return { command: type, ...tap, ...wish } as RequestedTap;
  }

  /** Answers a message that moves no lock. */
  async #answerTo(message: Exclude<FromPage, TapMessage | { type: "ping" }>): Promise<ToPage> {
    switch (message.type) {
      case "share":
        return await this.#share(message);
      case "keep":
        return await this.#keep(message);
      case "way-back":
        return await this.#showWayBack(message);
      case "claim":
        return await this.#claim(message);
    }
  }

  async #share({ id, rental }: FromPage & { type: "share" }): Promise<ToPage> {
    const shared = await this.#context.rentals.share({
      id,
      cabinet: this.#speaker.cabinet(),
      rental,
      ...this.#who,
    });
    if (shared.type !== "shared") return mistake(shared.type, "This rental is not there to be shared", id);
    return { type: "shared", id, code: shared.code, until: new Date(shared.until).toISOString() };
  }

  async #keep({ id, rental }: FromPage & { type: "keep" }): Promise<ToPage> {
    const kept = await this.#context.rentals.keep({ cabinet: this.#speaker.cabinet(), rental, ...this.#who });
    return kept === "kept" ? { type: "kept", id, rental } : mistake(kept, "This cell cannot be kept", id);
  }

  async #showWayBack({ id, rental }: FromPage & { type: "way-back" }): Promise<ToPage> {
    const { id: cabinet } = this.#speaker.cabinet();
    const wayBack = await this.#context.rentalRecovery.show({ cabinet, rental, ...this.#who });
    if (!wayBack) return mistake("forbidden", "This rental is not a guest's, or not this guest's", id);
    return { type: "way-back", id, rental, ...wayBack };
  }

  async #claim({ id, number, secret }: FromPage & { type: "claim" }): Promise<ToPage> {
    const { address, cabinet } = this.#speaker;
    const claim = { number, secret, cabinet: cabinet().id, address, ...this.#who };
    const claimed = await this.#context.rentalRecovery.claim(claim);
    if (claimed.type !== "claimed") return mistake(claimed.type, "This rental cannot be moved", id);
    return { type: "claimed", id, rental: claimed.rental, cell: claimed.cell };
  }

  /** The person who speaks, and their session. */
  get #who(): { readonly person: string; readonly sessionsFrom: number } {
    const { person, sessionsFrom } = this.#speaker;
    return { person, sessionsFrom };
  }

  #mistake(code: ErrorCode, message: string, id: string): void {
    this.#speaker.chatted();
    this.#speaker.tell(mistake(code, message, id));
  }
}

/** A message that wants a cell opened. */
type TapMessage = Extract<FromPage, { type: CommandKind }>;

function isTap(message: FromPage): message is TapMessage {
  return (COMMAND_KINDS as readonly string[]).includes(message.type);
}

/** @throws {unknown} an error that is a mistake of the program */
function failure(error: unknown, id: string): ToPage {
  return mistake(codeOf(error), error instanceof Error ? error.message : "", id);
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof UnknownCellError) return "unknown-cell";
  if (error instanceof ConflictError) return "conflict";
  if (error instanceof TooManyTapsError) return "too-fast";
  if (error instanceof UnavailableError) return "unavailable";
  throw error;
}
