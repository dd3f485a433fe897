import { HTTP } from "../../lib/limits.ts";

/** What {@linkcode ConnectionAttempts} works with. */
export interface ConnectionAttemptsOptions {
  /** From look to look, in milliseconds. */
  readonly everyMs: number;
  /** Where the server listens. */
  readonly address: Deno.NetAddr;
  /** How many isolates listen there. The kernel chooses which of them gets a connection. */
  readonly isolates: number;
  /** How many connections the server has accepted, in all. */
  readonly accepted: () => number;
  /** Is told when the server accepts nothing any more. */
  readonly stuck: () => void;
}

/**
 * Watches over a server of `node:http`. The runtime's accept ends for good and without a word at the first error, such as
 * that of a full table of descriptors (Deno 2.9, `uv_compat/tcp.rs`). So where no connection comes for a while, this makes
 * some, and looks whether they are accepted.
 */
export class ConnectionAttempts implements Disposable {
  readonly #options: ConnectionAttemptsOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #accepted = 0;
  /** Looks in a row at which nothing had been accepted since the one before. */
  #quiet = 0;

  constructor(options: ConnectionAttemptsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), options.everyMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { isolates, accepted, stuck } = this.#options;
    const before = this.#accepted;
    this.#accepted = accepted();
    this.#quiet = this.#accepted === before ? this.#quiet + 1 : 0;
    if (this.#quiet > HTTP.knocksMax) {
      this.#quiet = 0;
      return stuck();
    }
    const knocks = this.#quiet === 0 ? 0 : isolates === 1 ? 1 : 2 * isolates;
    for (let knock = 0; knock < knocks; knock++) void this.#knock();
  }

  async #knock(): Promise<void> {
    const { address: { hostname, port }, everyMs } = this.#options;
    try {
      using _ = await Deno.connect({ hostname, port, signal: AbortSignal.timeout(everyMs) });
    } catch {
      // Then nothing is accepted, which is seen at the next look.
    }
  }
}
