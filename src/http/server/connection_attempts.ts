import { HTTP } from "../../lib/limits.ts";

/** What {@linkcode ConnectionAttempts} works with. */
export interface ConnectionAttemptsOptions {
  /** Milliseconds between two checks. */
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
 * server itself, and checks whether the connections are accepted.
 */
export class ConnectionAttempts implements Disposable {
  readonly #options: ConnectionAttemptsOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #accepted = 0;
  /** Checks in a row that found no new connection. */
  #quietChecks = 0;

  constructor(options: ConnectionAttemptsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#check(), options.everyMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    const { isolates, accepted, stuck } = this.#options;
    const before = this.#accepted;
    this.#accepted = accepted();
    this.#quietChecks = this.#accepted === before ? this.#quietChecks + 1 : 0;
    if (this.#quietChecks > HTTP.attemptsMax) {
      this.#quietChecks = 0;
      return stuck();
    }
    const attempts = this.#quietChecks === 0 ? 0 : isolates === 1 ? 1 : 2 * isolates;
    for (let attempt = 0; attempt < attempts; attempt++) void this.#connect();
  }

  async #connect(): Promise<void> {
    const { address: { hostname, port }, everyMs } = this.#options;
    try {
      using _ = await Deno.connect({ hostname, port, signal: AbortSignal.timeout(everyMs) });
    } catch {
      // The next check sees that the connection was not accepted.
    }
  }
}
