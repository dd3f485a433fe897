import type { Server } from "node:http";
import { HttpConnections, type HttpConnectionsOptions } from "./connections.ts";
import { HandlerTurns } from "./handler_turns.ts";
import { WebSocketHeartbeats } from "./heartbeats.ts";
import { ConnectionAttempts } from "./connection_attempts.ts";
import { delay } from "../../lib/concurrency/delay.ts";
import { HTTP } from "../../lib/limits.ts";
import { type Handler, nodeServer, type NodeServerOptions } from "./node_server.ts";

/** What {@linkcode HttpServer} works with. */
export interface HttpServerOptions extends HttpConnectionsOptions, Pick<NodeServerOptions, "addressOf"> {
  readonly hostname: string;
  /** Port to listen on; 0 takes a free one. */
  readonly port: number;
  /** How many isolates listen on the port. */
  readonly isolates: number;
  /** Connections that the kernel holds until they are accepted. */
  readonly backlog: number;
  /** Is told of errors for which no caller waits. */
  readonly failed: (error: unknown) => void;
}

/** What a server takes over from a stuck one that it replaces. */
type TakenOverParts = Pick<NodeServerOptions, "connections" | "heartbeats" | "turns">;

/**
 * The HTTP port: `node:http` and `ws`, with a limit on everything that an unknown peer can make them keep. `Deno.serve` has
 * no such limits (denoland/deno issues 15809 and 3515). Requests go to a Hono app, WebSockets by Hono's
 * `upgradeWebSocket` of `@hono/node-server`.
 */
export class HttpServer implements Disposable {
  readonly #handler: Handler;
  readonly #options: HttpServerOptions;
  readonly #parts: TakenOverParts;
  readonly #checkTimer: ReturnType<typeof setInterval>;
  readonly #attempts: ConnectionAttempts;
  /** Where it listens. */
  readonly addr: Deno.NetAddr;
  #server: Server;
  #accepted = 0;
  #isListeningAnew = false;
  #isOver = false;

  /**
   * Listens, and answers with `handler`.
   *
   * @throws {Deno.errors.AddrInUse} if another program listens there
   */
  static async listen(handler: Handler, options: HttpServerOptions): Promise<HttpServer> {
    const parts = {
      connections: new HttpConnections(options),
      heartbeats: new WebSocketHeartbeats(options.now),
      turns: new HandlerTurns(options.now),
    };
    const server = nodeServer(handler, { ...options, ...parts });
    await listen(server, options);
    return new HttpServer(server, { handler, options, parts });
  }

  private constructor(
    server: Server,
    { handler, options, parts }: { handler: Handler; options: HttpServerOptions; parts: TakenOverParts },
  ) {
    this.#handler = handler;
    this.#options = options;
    this.#parts = parts;
    this.#server = this.#counted(server);
    const { address: hostname, port } = server.address() as { address: string; port: number };
    this.addr = { transport: "tcp", hostname, port };
    this.#checkTimer = setInterval(() => this.#check(), options.times.lookMs);
    this.#attempts = new ConnectionAttempts({
      everyMs: options.times.attemptEveryMs,
      address: this.addr,
      isolates: options.isolates,
      accepted: () => this.#accepted,
      stuck: () => void this.#listenAnew(),
    });
  }

  /** How many connections there are, WebSockets among them. */
  get connections(): number {
    return this.#parts.connections.size;
  }

  /** Accepts no connection any more, and resolves when all requests are answered. */
  async shutdown(): Promise<void> {
    this.#isOver = true;
    this.#attempts[Symbol.dispose]();
    this.#server.close();
    await this.#parts.connections.quiet();
  }

  /** Hangs up on all connections that are left. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#attempts[Symbol.dispose]();
    clearInterval(this.#checkTimer);
    this.#server.close();
    this.#parts.connections.destroyAll();
    this.#parts.turns[Symbol.dispose]();
  }

  #check(): void {
    this.#parts.connections.check();
    this.#parts.heartbeats.check();
  }

  /** Replaces a stuck server: it keeps its connections, and another one accepts new ones. */
  async #listenAnew(): Promise<void> {
    // Until then attempts to connect fail, and report again that the server is stuck.
    if (this.#isListeningAnew) return;
    this.#isListeningAnew = true;
    await this.#listenAgain();
    this.#isListeningAnew = false;
  }

  async #listenAgain(): Promise<void> {
    const { addr: { port } } = this;
    this.#options.failed(
      new Error(`The server on port ${port} accepted no connections any more, so another one listens now`),
    );
    this.#server.close();
    while (!this.#isOver) {
      const server = nodeServer(this.#handler, { ...this.#options, ...this.#parts });
      try {
        await listen(server, { ...this.#options, port });
        this.#server = this.#counted(server);
        return this.#isOver ? void server.close() : undefined;
      } catch {
        // The port is not free yet, or there is no descriptor.
        await delay(HTTP.listenAgainMs);
      }
    }
  }

  #counted(server: Server): Server {
    return server.on("connection", () => this.#accepted++);
  }
}

async function listen(
  server: Server,
  { hostname: host, port, isolates, backlog, failed }: HttpServerOptions,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.on("error", reject);
  server.once("listening", () => {
    server.off("error", reject);
    server.on("error", failed);
    resolve();
  });
  server.listen({ host, port, backlog, reusePort: isolates > 1 });
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
      throw new Deno.errors.AddrInUse(error.message, { cause: error });
    }
    throw error;
  }
}
