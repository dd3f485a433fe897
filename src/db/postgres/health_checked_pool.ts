import type { PostgresPool, PostgresPoolClient } from "kysely";
// @ts-types="@types/pg"
import pg from "pg";
import { DATABASE } from "../../lib/limits.ts";
import { markConnectionError } from "../availability.ts";

/**
 * SQLSTATEs after which a connection is useless: the server ends it (57P, 08, and 25P03 or 25P04, a transaction that was
 * idle or open for too long), or has become a standby that takes no writes (25006).
 */
const ENDING = /^(57P|08|25P0[34]|25006)/;

/** A pool that gives out a connection only as long as no statement has failed on it in a way that concerns all. */
export class HealthCheckedPool implements PostgresPool {
  readonly #pool: pg.Pool;
  /** The connections whose socket is not closed yet. */
  readonly #clients = new Set<pg.Client>();

  /**
   * @param config of `pg`'s pool
   * @param options.answerMs how long a statement outside a transaction may take, unless a pooler is between
   * @param options.failed is told when an idle connection breaks
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
    // The pool itself removes the connection.
    this.#pool.on("error", (error) => options.failed(markConnectionError(error)));
    this.#pool.on("connect", (client) => limitSession(client, options.answerMs).catch(options.failed));
  }

  get options(): pg.PoolOptions {
    return this.#pool.options;
  }

  async connect(): Promise<PostgresPoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw markConnectionError(error);
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
 * Limits statements outside a transaction, since each transaction brings its own limit. A session behind a pooler is
 * shared with others and stays as it is: it is recognized by a process number that differs from the server's.
 */
async function limitSession(client: pg.ClientBase, answerMs: number): Promise<void> {
  const process = "processID" in client ? client.processID : null;
  await client.query("select set_config('statement_timeout', $1, false) where pg_backend_pid() = $2", [
    `${answerMs}`,
    process,
  ]);
}

/**
 * A connection that ends itself after a failure, so that the pool does not give it out again: after a failover of which
 * the old server said nothing, it would never answer.
 */
class HealthCheckedClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    // Keeps `pg` from looking for a password in the home folder when neither URL nor environment has one.
    this.password ||= "";
    // The pool listens only while the connection is idle. An error while it is in use fails the next statement, and must
    // not end the process.
    this.on("error", () => {});
  }

  // deno-lint-ignore no-explicit-any -- all the overloads of pg's query
  override query(...args: any[]): any {
    // deno-lint-ignore no-explicit-any
    const result = (super.query as any)(...args);
    if (result instanceof Promise) {
      result.catch((error) => {
        markConnectionError(error);
        if (!isStatementError(error)) this.end().catch(() => {});
      });
    }
    return result;
  }
}

/**
 * Whether the server rejected the statement and the connection can still be used. Only errors from the server have a
 * severity, whose text is in the server's language.
 */
function isStatementError(error: unknown): boolean {
  return error instanceof Error && "severity" in error && "code" in error && !ENDING.test(String(error.code));
}
