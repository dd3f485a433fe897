/**
 * An HTTP server that can also answer nothing, or hang up. `Deno.serve` cannot.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Asked, Outcome } from "./exchange.ts";

/** Who answers. */
export interface Clerk {
  answer(asked: Asked): Promise<Outcome>;
  /** A call that was to be answered is over, however that came about. */
  done(): void;
}

/** See the module. */
export class HttpServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #serving = new Set<Promise<void>>();
  readonly #clerk: Clerk;

  private constructor(clerk: Clerk) {
    this.#clerk = clerk;
    this.#server = createServer((request, response) => this.#own(this.#serve(request, response)));
  }

  /** @param port 0: a free one */
  static async start(port: number, clerk: Clerk): Promise<HttpServer> {
    const server = new HttpServer(clerk);
    server.#server.listen(port, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The stand-in does not listen");
    return address.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    await Promise.all(this.#serving);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const closed = new Promise<void>((resolve) => response.once("close", resolve));
    const asked = await read(request).catch(() => undefined);
    if (!asked) return;
    // Whoever leaves waits no longer, even if his answer is still being made.
    this.#own(closed.then(() => this.#clerk.done()));
    const outcome = await this.#clerk.answer(asked);
    if (outcome === "closed") request.socket.destroy();
    else if (outcome !== "silent" && !response.destroyed) send(response, outcome);
  }

  #own(work: Promise<void>): void {
    const owned: Promise<void> = work.finally(() => this.#serving.delete(owned));
    this.#serving.add(owned);
  }
}

async function read(request: IncomingMessage): Promise<Asked> {
  const [, path = "", query = ""] = /^([^?]*)\??(.*)$/.exec(request.url ?? "") ?? [];
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return {
    method: request.method ?? "",
    path,
    query,
    userAgent: request.headers["user-agent"] ?? "",
    contentType: request.headers["content-type"] ?? "",
    body: await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text(),
  };
}

function send(response: ServerResponse, { status, type, body, location }: Exclude<Outcome, string>): void {
  response.writeHead(status, { "content-type": type, ...(location === undefined ? {} : { location }) });
  response.end(body);
}
