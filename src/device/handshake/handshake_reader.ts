/**
 * What a device says of itself: the registration of a DTU, or the greeting of a smart controller. No socket and no
 * timer: whoever drives it hands in bytes, and hangs up when it takes too long.
 *
 * @module
 */
import { concat } from "@std/bytes";
import { DEVICE } from "../../lib/limits.ts";
import type { CabinetDirectory, DeviceCabinet } from "../cabinet.ts";
import type { CloseReason } from "../context.ts";
import { Greeting, type GreetingOptions, type GreetingResult } from "../controller/greeting.ts";
import { firstLine, mayBeHello } from "./preamble.ts";

/** A DTU whose registration is known. */
export interface RegisteredDtu {
  readonly type: "registered";
  readonly cabinet: DeviceCabinet;
  /** What came behind the registration. */
  readonly rest: Uint8Array;
  /** Whether a longer registration begins with all that came, so that more could still show that it is another one. */
  readonly maybeLonger: boolean;
}

/** What was said. */
export type HandshakeResult =
  | RegisteredDtu
  | GreetingResult
  /** It is a controller: these bytes are to be handed in again, as the beginning of its greeting. */
  | { readonly type: "hello"; readonly bytes: Uint8Array };

/** What an introduction needs of the outside. */
export interface HandshakeReaderOptions extends GreetingOptions {
  readonly cabinets: Pick<CabinetDirectory, "register" | "controller">;
}

const NOTHING = new Uint8Array();

/** See the module. */
export class HandshakeReader {
  readonly #options: HandshakeReaderOptions;
  /** All that came, as long as it could be a registration. */
  #preamble: Uint8Array = NOTHING;
  #greeting: Greeting | undefined;

  constructor(options: HandshakeReaderOptions) {
    this.#options = options;
  }

  /** What came, as far as a report on a stranger may show it: the beginning of the first line, in hex. */
  get said(): string {
    return firstLine(this.#preamble).subarray(0, DEVICE.registrationBytesMax).toHex();
  }

  /** See {@linkcode Greeting.claimed}. */
  get claimed(): string | undefined {
    return this.#greeting?.claimed;
  }

  /** Why the device is hung up on when it says no more. */
  get timeoutReason(): CloseReason {
    return this.#preamble.length > 0 ? "unknown-registration" : "not-registered-in-time";
  }

  /**
   * Takes what the device sent. Call it again only when that is over; after a registration it looks whether that and
   * what comes now is another one. Never rejects but for a mistake in here.
   *
   * @returns what it said; `undefined`: more has to come
   */
  async received(chunk: Uint8Array): Promise<HandshakeResult | undefined> {
    if (this.#greeting) return await this.#greeting.received(chunk);
    this.#preamble = concat([this.#preamble, chunk]);
    if (this.#preamble.length > DEVICE.preambleBytesMax) return refused("too-long-registration");
    try {
      const registered = await this.#lookUp();
      if (registered) return registered;
    } catch (error) {
      return refused("database-unavailable", error);
    }
    return mayBeHello(this.#preamble) ? this.#beginGreeting() : undefined;
  }

  async #lookUp(): Promise<RegisteredDtu | undefined> {
    const found = await this.#options.cabinets.register(this.#preamble);
    if (!found) return undefined;
    const { cabinet, length, maybeLonger } = found;
    return { type: "registered", cabinet, rest: this.#preamble.subarray(length), maybeLonger };
  }

  #beginGreeting(): HandshakeResult {
    this.#greeting = new Greeting(this.#options);
    const bytes = this.#preamble;
    this.#preamble = NOTHING;
    return { type: "hello", bytes };
  }
}

function refused(reason: CloseReason, error?: unknown): HandshakeResult {
  return { type: "refused", reason, answer: undefined, error };
}
