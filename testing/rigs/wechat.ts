/**
 * A fake of WeChat's API, and a fleet's token store in memory, for the tests of `src/wechat`.
 *
 * @module
 */
import { doesNotMatch } from "node:assert/strict";
import { z } from "zod";
import { type ApiCall, ApiClient } from "../../src/wechat/api_client.ts";
import type { SharedToken, SharedTokens } from "../../src/wechat/tokens/cached_token.ts";
import { WechatError } from "../../src/wechat/wechat_error.ts";

/** A secret that no error may have. */
export const SECRET = "s3cr3tOfTheApp";
const CODE = "c0deOfThePerson";

/** A call that changes something, with secrets in its query. */
export const CALL = {
  query: { secret: SECRET, code: CODE },
  answer: z.object({ openid: z.string() }),
  hasEffect: true,
} satisfies ApiCall<unknown>;

/** Checks every way to print the error. */
export function hasNoSecret(error: Error): void {
  for (const text of [error.message, String(error.stack), String(error.cause), Deno.inspect(error)]) {
    doesNotMatch(text, new RegExp(`${SECRET}|${CODE}`));
  }
}

/** A request that the fake received. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly type: string | null;
  readonly body: unknown;
}

type Answer = (request: ReceivedRequest) => Response | Promise<Response>;

/** An HTTP server that answers as the test says, and records the requests. */
export class FakeApiServer implements AsyncDisposable {
  readonly requests: ReceivedRequest[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #answer: Answer;

  constructor(answer: Answer) {
    this.#answer = answer;
    this.#server = Deno.serve(
      {
        hostname: "127.0.0.1",
        port: 0,
        onListen: () => {},
        onError: () => new Response(null, { status: 500 }),
      },
      (request) => this.#take(request),
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  answerWith(answer: Answer): void {
    this.#answer = answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #take(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const text = await request.text();
    const received = {
      method: request.method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      type: request.headers.get("content-type"),
      body: text === "" ? undefined : JSON.parse(text),
    };
    this.requests.push(received);
    return await this.#answer(received);
  }
}

/** JSON with the type of text, as WeChat sends it. */
export function plainJson(answer: unknown, status = 200): Response {
  return new Response(JSON.stringify(answer), { status, headers: { "content-type": "text/plain" } });
}

/** Accepts one connection, reads a request, answers with these bytes, and closes. */
export function answerOnce(bytes: string): { url: string; done: Promise<void> } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  async function answer(): Promise<void> {
    using _listener = listener;
    using conn = await listener.accept();
    await conn.read(new Uint8Array(4_096));
    await conn.write(new TextEncoder().encode(bytes));
  }
  return { url: `http://127.0.0.1:${listener.addr.port}`, done: answer() };
}

/** An address where no server listens. */
export function unusedUrl(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${listener.addr.port}`;
}

/** A client for the API at this address. */
export function clientFor(
  apiUrl: string,
  { now = () => 0, callMs = 5_000 }: { now?: () => number; callMs?: number } = {},
): ApiClient {
  return new ApiClient({ apiUrl, fetch, now, callMs });
}

/** The error that a call ends with; fails if it does not. */
export async function errorOf(call: Promise<unknown>): Promise<WechatError> {
  const error = await call.then((answer) => answer, (error: unknown) => error);
  if (error instanceof WechatError) return error;
  throw new Error(`Ended with ${error instanceof Error ? error.stack : JSON.stringify(error)}`);
}

/** The store that programs share, in memory. */
export class MemoryTokens implements SharedTokens {
  reads = 0;
  readonly written: { name: string; token: SharedToken }[] = [];
  readonly #tokens = new Map<string, SharedToken>();
  readonly #leases = new Map<string, number>();
  readonly #wallClock: () => number;

  constructor(wallClock: () => number) {
    this.#wallClock = wallClock;
  }

  read(name: string): Promise<SharedToken | undefined> {
    this.reads++;
    const token = this.#tokens.get(name);
    return Promise.resolve(token && token.until > this.#wallClock() ? token : undefined);
  }

  lease(name: string, leaseMs: number): Promise<boolean> {
    const now = this.#wallClock();
    const isFree = (this.#leases.get(name) ?? -Infinity) <= now;
    if (isFree) this.#leases.set(name, now + leaseMs);
    return Promise.resolve(isFree);
  }

  write(name: string, token: SharedToken): Promise<void> {
    this.written.push({ name, token });
    this.#tokens.set(name, token);
    this.#leases.delete(name);
    return Promise.resolve();
  }
}
