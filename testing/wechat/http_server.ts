/**
 * An HTTP server that can also leave a request unanswered, or close its connection. `Deno.serve` cannot.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Outcome, WechatRequest } from "./exchange.ts";

/** Answers the calls. */
export interface CallHandler {
  answer(request: WechatRequest): Promise<Outcome>;
  /** A call has ended, with or without an answer. */
  done(): void;
}

/** The server: its handler's outcome says what each call gets. */
export class HttpServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #serving = new Set<Promise<void>>();
  readonly #handler: CallHandler;

  private constructor(handler: CallHandler) {
    this.#handler = handler;
    this.#server = createServer((request, response) => this.#own(this.#serve(request, response)));
  }

  /** @param port 0: a free one */
  static async start(port: number, handler: CallHandler): Promise<HttpServer> {
    const server = new HttpServer(handler);
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
    const call = await read(request).catch(() => undefined);
    if (!call) return;
    // A client that closes its connection does not wait any more, even if its answer is still being made.
    this.#own(closed.then(() => this.#handler.done()));
    const outcome = await this.#handler.answer(call);
    if (outcome === "closed") request.socket.destroy();
    else if (outcome !== "silent" && !response.destroyed) send(response, outcome);
  }

  #own(work: Promise<void>): void {
    const owned: Promise<void> = work.finally(() => this.#serving.delete(owned));
    this.#serving.add(owned);
  }
}

async function read(request: IncomingMessage): Promise<WechatRequest> {
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
