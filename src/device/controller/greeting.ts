import {
  controllerProof,
  type GreetingTranscript,
  isSameDigest,
  type ProvenController,
  serviceProof,
  sessionKey,
} from "./proof.ts";
import { CONTROLLER } from "../../lib/limits.ts";
import type { CabinetDirectory, ControllerCabinet, DeviceCabinet } from "../cabinet.ts";
import type { CloseReason } from "../context.ts";
import { type ControllerLine, encodeLine, parseLine, ProtocolError, VERSION } from "./lines.ts";
import { LineSplitter } from "./line_splitter.ts";
import { refusalOf } from "./greeting_answers.ts";

const NONCE_BYTES = 16;
const UNKNOWN_SECRET_BYTES = 32;

/** How a greeting ended. */
export type GreetingResult =
  | ProvenController
  | {
    readonly type: "refused";
    readonly reason: CloseReason;
    /** What the controller is sent before it is disconnected; `undefined`: nothing. */
    readonly answer: Uint8Array | undefined;
    readonly error?: unknown;
  };

export interface GreetingOptions {
  readonly cabinets: Pick<CabinetDirectory, "findController">;
  /** So many bytes that cannot be predicted. */
  readonly random: (length: number) => Uint8Array;
  /** The bytes must not be changed afterwards. */
  readonly write: (bytes: Uint8Array) => void;
}

type Hello = ControllerLine & { type: "hello" };

/** A hello that was challenged. An unknown cabinet gets a random secret, so its proof is checked as well. */
interface Challenge {
  readonly hello: Hello;
  readonly cabinet: DeviceCabinet | undefined;
  readonly secret: string;
  readonly greetings: GreetingTranscript;
}

/**
 * How a smart controller names its cabinet and proves its identity, before it is welcomed. No socket and no
 * timer: the connection hands in bytes, and disconnects a controller that takes too long.
 */
export class Greeting {
  readonly #options: GreetingOptions;
  readonly #lines = new LineSplitter();
  #bytes = 0;
  #challenged: Challenge | undefined;

  constructor(options: GreetingOptions) {
    this.#options = options;
  }

  /** The cabinet's id in its hello, true or not: up to 64 visible ASCII characters. */
  get claimed(): string | undefined {
    return this.#challenged?.hello.cabinet;
  }

  /**
   * Takes what the controller sent; a hello is looked up. Must not be called again before it resolves, nor
   * after the end. Rejects only because of a programming error.
   *
   * @returns how the greeting ended; `undefined`: more bytes are needed
   */
  async received(chunk: Uint8Array): Promise<GreetingResult | undefined> {
    try {
      this.#bytes += chunk.length;
      if (this.#bytes > CONTROLLER.greetingBytesMax) {
        throw new ProtocolError("The controller sends too much before its proof");
      }
      this.#lines.push(chunk);
      for (let line = this.#lines.next(); line; line = this.#lines.next()) {
        const greeted = await this.#take(parseLine(line));
        if (greeted) return greeted;
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return { type: "refused", reason: "protocol-violated", answer: undefined, error };
    }
  }

  async #take(line: ControllerLine | undefined): Promise<GreetingResult | undefined> {
    if (!line) return undefined;
    if (line.type === "other-version") {
      const answer = encodeLine({ type: "refused", reason: "protocol" });
      const error = new ProtocolError(`hello: protocol: only version ${VERSION} is spoken here`);
      return { type: "refused", reason: "protocol-violated", answer, error };
    }
    if (line.type === "hello" && !this.#challenged) return await this.#challenge(line);
    if (line.type === "proof" && this.#challenged) return this.#check(line.proof, this.#challenged);
    throw new ProtocolError(`A ${line.type} came before the welcome`);
  }

  async #challenge(hello: Hello): Promise<GreetingResult | undefined> {
    let known: ControllerCabinet | undefined;
    try {
      known = await this.#options.cabinets.findController(hello.cabinet);
    } catch (error) {
      const reason = "database-unavailable";
      return { type: "refused", reason, answer: refusalOf(reason), error };
    }
    const { random, write } = this.#options;
    const serviceNonce = random(NONCE_BYTES).toHex();
    this.#challenged = {
      hello,
      cabinet: known?.cabinet,
      secret: known?.secret ?? random(UNKNOWN_SECRET_BYTES).toHex(),
      greetings: { cabinet: hello.cabinet, controllerNonce: hello.nonce, serviceNonce },
    };
    write(encodeLine({ type: "challenge", nonce: serviceNonce }));
    return undefined;
  }

  #check(proof: string, { hello, cabinet, secret, greetings }: Challenge): GreetingResult {
    const isProven = isSameDigest(proof, controllerProof(secret, greetings));
    if (!isProven || !cabinet) {
      return { type: "refused", reason: "unauthorized", answer: refusalOf("unauthorized") };
    }
    return {
      type: "proven",
      cabinet,
      log: hello.log,
      firmware: hello.firmware,
      sessionKey: sessionKey(secret, greetings),
      serviceProof: serviceProof(secret, greetings),
      rest: this.#lines.rest,
    };
  }
}
