import { HTTP } from "../../lib/limits.ts";

/** What {@linkcode ConnectionAttempts} works with. */
export interface ConnectionAttemptsOptions {
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** Where the server listens. */
  readonly address: Deno.NetAddr;
  /** How many isolates listen there. The kernel chooses which of them gets a connection, so one attempt is not enough. */
  readonly isolates: number;
  /** How many connections the server has accepted since it was started. */
  readonly accepted: () => number;
  /** Is told when the server accepts no connections any more. */
  readonly stuck: () => void;
}

/**
 * Watches over a server of `node:http`: the runtime stops accepting for good, without an error, at the first failure, such as
 * a full table of descriptors (Deno 2.9, `uv_compat/tcp.rs`). So when no connection comes for a while, this connects to the
 * server itself, and looks whether the connections are accepted.
 */
export class ConnectionAttempts implements Disposable {
  readonly #options: ConnectionAttemptsOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #accepted = 0;
  /** Looks in a row at which no connection had been accepted since the look before. */
  #quietLooks = 0;

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
    this.#quietLooks = this.#accepted === before ? this.#quietLooks + 1 : 0;
    if (this.#quietLooks > HTTP.attemptsMax) {
      this.#quietLooks = 0;
      return stuck();
    }
    const attempts = this.#quietLooks === 0 ? 0 : isolates === 1 ? 1 : 2 * isolates;
    for (let attempt = 0; attempt < attempts; attempt++) void this.#connect();
  }

  async #connect(): Promise<void> {
    const { address: { hostname, port }, everyMs } = this.#options;
    try {
      using _ = await Deno.connect({ hostname, port, signal: AbortSignal.timeout(everyMs) });
    } catch {
      // The next look sees that the connection was not accepted.
    }
  }
}
