import type { PostgresPool, PostgresPoolClient } from "kysely";
// @ts-types="@types/pg"
import pg from "pg";
import { DATABASE } from "../../lib/limits.ts";
import { ofConnection } from "../away.ts";

/**
 * SQLSTATEs after which a connection is of no more use: the server ends it (57P, 08, and 25P03, which is a
 * transaction that slept), or has become a copy that takes no writes (25006).
 */
const ENDING = /^(57P|08|25P03|25006)/;

/** Connections that are given to somebody only as long as nothing is wrong with them. */
export class HealthCheckedPool implements PostgresPool {
  readonly #pool: pg.Pool;
  /** Those whose socket is not closed yet. */
  readonly #clients = new Set<pg.Client>();

  /**
   * @param config of `pg`'s pool
   * @param options.answerMs how long a statement may take, where the session is ours
   * @param options.failed is told when a connection breaks that nobody was using
   */
  constructor(config: pg.PoolConfig, options: { answerMs: number; failed: (error: unknown) => void }) {
    const clients = this.#clients;
    const Client = class extends HealthCheckedClient {
      constructor(config?: pg.ClientConfig) {
        super(config);
        clients.add(this);
        this.once("end", () => clients.delete(this));
      }
    };
    this.#pool = new pg.Pool({ ...config, Client });
    // The pool drops the connection by itself.
    this.#pool.on("error", (error) => options.failed(ofConnection(error)));
    this.#pool.on("connect", (client) => limitSession(client, options.answerMs).catch(options.failed));
  }

  get options(): pg.PoolOptions {
    return this.#pool.options;
  }

  async connect(): Promise<PostgresPoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw ofConnection(error);
    }
  }

  /** Ends all connections. `pg` itself resolves before their sockets are closed. */
  async end(): Promise<void> {
    await this.#pool.end();
    const ended = [...this.#clients].map((client) => new Promise((resolve) => client.once("end", resolve)));
    const timer = setTimeout(() => {
      for (const { connection } of this.#clients) connection.stream.destroy();
    }, DATABASE.hangUpMs);
    await Promise.all(ended);
    clearTimeout(timer);
  }
}

/**
 * Limits what is asked without a transaction, which brings its own limit. Behind a pooler the session is everybody's,
 * and is left as it is: a pooler gives a connection another number than the server's process has.
 */
async function limitSession(client: pg.ClientBase, answerMs: number): Promise<void> {
  const process = "processID" in client ? client.processID : null;
  await client.query("select set_config('statement_timeout', $1, false) where pg_backend_pid() = $2", [
    `${answerMs}`,
    process,
  ]);
}

/**
 * A connection that ends itself once something went wrong on it, so that the pool gives it to nobody else: after a
 * failover without a word from the old server it would answer nobody.
 */
class HealthCheckedClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    // Where neither URL nor environment has a password none is looked for in the home folder.
    this.password ||= "";
    // The pool listens only while nobody has the connection. What is lost then fails the next statement, and must
    // not end the process.
    this.on("error", () => {});
  }

  // deno-lint-ignore no-explicit-any -- all the overloads of pg's query
  override query(...args: any[]): any {
    // deno-lint-ignore no-explicit-any
    const result = (super.query as any)(...args);
    if (result instanceof Promise) {
      result.catch((error) => {
        ofConnection(error);
        if (!isAnswer(error)) this.end().catch(() => {});
      });
    }
    return result;
  }
}

/**
 * Whether the server itself said what is wrong, and stays there to be asked again. Only its errors have a severity;
 * which one is in the server's own language.
 */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && "severity" in error && "code" in error && !ENDING.test(String(error.code));
}
