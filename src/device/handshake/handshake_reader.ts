import { concat } from "@std/bytes";
import type { UnknownDeviceReason } from "../../cabinet/devices.ts";
import { DEVICE } from "../../lib/limits.ts";
import type { CabinetDirectory, DeviceCabinet } from "../cabinet.ts";
import type { CloseReason } from "../context.ts";
import { Greeting, type GreetingOptions, type GreetingResult } from "../controller/greeting.ts";

/** A DTU whose registration is known. */
export interface RegisteredDtu {
  readonly type: "registered";
  readonly cabinet: DeviceCabinet;
  /** The bytes behind the registration. */
  readonly rest: Uint8Array;
  /** Whether a longer registration begins with all bytes so far: more could still name another cabinet. */
  readonly maybeLonger: boolean;
}

/** How a device identified itself. */
export type HandshakeResult =
  | RegisteredDtu
  | GreetingResult
  /** The device is a controller: these bytes have to be handed in again, as the beginning of its greeting. */
  | { readonly type: "hello"; readonly bytes: Uint8Array };

/** What a handshake reader needs of its connection. */
export interface HandshakeReaderOptions extends GreetingOptions {
  readonly cabinets: Pick<CabinetDirectory, "findByRegistration" | "findController">;
}

const NOTHING = new Uint8Array();
const CR = 0x0d;
const LF = 0x0a;
const BRACE = 0x7b;

/**
 * Reads how a device identifies itself: by the registration of a DTU, or by the greeting of a smart controller. No
 * socket and no timer: the connection hands in bytes, and disconnects a device that takes too long.
 */
export class HandshakeReader {
  readonly #options: HandshakeReaderOptions;
  /** All bytes received, as long as they may be a registration. */
  #preamble: Uint8Array = NOTHING;
  #greeting: Greeting | undefined;
  #unknown: UnknownDeviceReason | undefined;

  constructor(options: HandshakeReaderOptions) {
    this.#options = options;
  }

  /** What a report of an unknown device may show of its bytes: the beginning of the first line, in hex. */
  get said(): string {
    return firstLine(this.#preamble).subarray(0, DEVICE.registrationBytesMax).toHex();
  }

  /** Why the bytes name no cabinet, if they were looked up. */
  get unknown(): UnknownDeviceReason | undefined {
    return this.#unknown;
  }

  get claimed(): string | undefined {
    return this.#greeting?.claimed;
  }

  /** Why the device is disconnected if it sends nothing more. */
  get timeoutReason(): CloseReason {
    return this.#preamble.length > 0 ? "unknown-registration" : "not-registered-in-time";
  }

  /**
   * Takes what the device sent. Must not be called again before it resolves. After a registration it checks
   * whether that and the new bytes name another cabinet. Rejects only because of a programming error.
   *
   * @returns how the device identified itself; `undefined`: more bytes are needed
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
    const found = await this.#options.cabinets.findByRegistration(this.#preamble);
    this.#unknown = typeof found === "object" ? undefined : found ?? "no-cabinet";
    if (typeof found !== "object") return undefined;
    const { cabinet, length, maybeLonger } = found;
    return { type: "registered", cabinet, rest: this.#preamble.subarray(length), maybeLonger };
  }

  #beginGreeting(): HandshakeResult {
    this.#greeting = new Greeting(this.#options);
    const bytes = this.#preamble;
    this.#preamble = NOTHING;
    this.#unknown = undefined;
    return { type: "hello", bytes };
  }
}

/**
 * Whether the bytes have a line that begins like an object with a `type`, which a smart controller sends first. The
 * registrations of some DTUs are objects as well, but without one.
 */
function mayBeHello(preamble: Uint8Array): boolean {
  return preamble[0] === BRACE && preamble.includes(LF) &&
    /"type"\s*:/.test(new TextDecoder().decode(firstLine(preamble)));
}

/** What follows the first line is not a registration and could be the headers of a lost HTTP client, with secrets. */
function firstLine(bytes: Uint8Array): Uint8Array {
  const end = bytes.findIndex((byte) => byte === CR || byte === LF);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

function refused(reason: CloseReason, error?: unknown): HandshakeResult {
  return { type: "refused", reason, answer: undefined, error };
}
