/**
 * The HTTP port: `node:http` and `ws`, with a limit on everything that an unknown peer can make them keep. `Deno.serve` has
 * none that could be set (denoland/deno issues 15809 and 3515). Requests go to a Hono app, WebSockets by Hono's
 * `upgradeWebSocket` of `@hono/node-server`.
 *
 * @module
 */
import type { Server } from "node:http";
import { Connections, type ConnectionsOptions } from "./connections.ts";
import { Heartbeats } from "./heartbeats.ts";
import { Knocking } from "./knocking.ts";
import { type Handler, nodeServer } from "./node_server.ts";

/** Between tries to listen anew. */
const AGAIN_MS = 50;

/** What {@linkcode HttpServer} works with. */
export interface HttpServerOptions extends ConnectionsOptions {
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** How many isolates listen there. */
  readonly isolates: number;
  /** Connections that the kernel holds until they are accepted. */
  readonly backlog: number;
  /** Is told of what went wrong and no caller waits for. */
  readonly failed: (error: unknown) => void;
}

/** See the module. */
export class HttpServer implements Disposable {
  readonly #handler: Handler;
  readonly #options: HttpServerOptions;
  readonly #connections: Connections;
  readonly #heartbeats: Heartbeats;
  readonly #looking: ReturnType<typeof setInterval>;
  readonly #knocking: Knocking;
  /** Where it listens. */
  readonly addr: Deno.NetAddr;
  #server: Server;
  #accepted = 0;
  #isListeningAnew = false;
  #isOver = false;

  /**
   * Listens, and answers with `handler`.
   *
   * @throws {Deno.errors.AddrInUse} if somebody else listens there
   */
  static async listen(handler: Handler, options: HttpServerOptions): Promise<HttpServer> {
    const connections = new Connections(options);
    const heartbeats = new Heartbeats(options.now);
    const server = nodeServer(handler, { ...options, connections, heartbeats });
    await listen(server, options);
    return new HttpServer(server, { handler, options, connections, heartbeats });
  }

  private constructor(
    server: Server,
    { handler, options, connections, heartbeats }: {
      handler: Handler;
      options: HttpServerOptions;
      connections: Connections;
      heartbeats: Heartbeats;
    },
  ) {
    this.#handler = handler;
    this.#options = options;
    this.#connections = connections;
    this.#heartbeats = heartbeats;
    this.#server = this.#counted(server);
    const { address: hostname, port } = server.address() as { address: string; port: number };
    this.addr = { transport: "tcp", hostname, port };
    this.#looking = setInterval(() => this.#look(), options.times.lookMs);
    this.#knocking = new Knocking({
      everyMs: options.times.knockMs,
      address: this.addr,
      isolates: options.isolates,
      accepted: () => this.#accepted,
      stuck: () => void this.#listenAnew(),
    });
  }

  /** How many connections there are, WebSockets among them. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Accepts nobody any more, and resolves when all requests are answered. */
  async shutdown(): Promise<void> {
    this.#isOver = true;
    this.#knocking[Symbol.dispose]();
    this.#server.close();
    await this.#connections.quiet();
  }

  /** Hangs up on all that are left. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#knocking[Symbol.dispose]();
    clearInterval(this.#looking);
    this.#server.close();
    this.#connections.destroyAll();
  }

  #look(): void {
    this.#connections.look();
    this.#heartbeats.look();
  }

  /** The server that is stuck keeps its connections, and another one accepts those to come. */
  async #listenAnew(): Promise<void> {
    // It is stuck for as long as nobody listens.
    if (this.#isListeningAnew) return;
    this.#isListeningAnew = true;
    await this.#listenAgain();
    this.#isListeningAnew = false;
  }

  async #listenAgain(): Promise<void> {
    const { addr: { port } } = this;
    this.#options.failed(
      new Error(`Nobody could connect to port ${port} any more, so it is listened to anew`),
    );
    this.#server.close();
    while (!this.#isOver) {
      const server = nodeServer(this.#handler, {
        ...this.#options,
        connections: this.#connections,
        heartbeats: this.#heartbeats,
      });
      try {
        await listen(server, { ...this.#options, port });
        this.#server = this.#counted(server);
        return this.#isOver ? void server.close() : undefined;
      } catch {
        // The port is not free yet, or there is no descriptor.
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
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
