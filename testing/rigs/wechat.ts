/**
 * What the tests of this room share: somebody who answers as WeChat does, and a fleet's store in memory.
 *
 * @module
 */
import { doesNotMatch } from "node:assert/strict";
import { z } from "zod";
import { type ApiCall, Calls } from "../../src/wechat/calls.ts";
import type { SharedToken, SharedTokens } from "../../src/wechat/tokens/shared_tokens.ts";
import { WechatError } from "../../src/wechat/wechat_error.ts";

/** What must never be told. */
export const SECRET = "s3cr3tOfTheApp";
const CODE = "c0deOfThePerson";

/** A call that does something, with secrets. */
export const ACT = {
  query: { secret: SECRET, code: CODE },
  answer: z.object({ openid: z.string() }),
  acts: true,
} satisfies ApiCall<unknown>;

/** Not even to who prints all of the error. */
export function tellsNoSecret(error: Error): void {
  for (const told of [error.message, String(error.stack), String(error.cause), Deno.inspect(error)]) {
    doesNotMatch(told, new RegExp(`${SECRET}|${CODE}`));
  }
}

/** What was asked. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly type: string | null;
  readonly body: unknown;
}

type Answer = (asked: Asked) => Response | Promise<Response>;

/** Answers as it is told, over HTTP, and remembers what it was asked. */
export class StandIn implements AsyncDisposable {
  readonly asked: Asked[] = [];
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
    const asked = {
      method: request.method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      type: request.headers.get("content-type"),
      body: text === "" ? undefined : JSON.parse(text),
    };
    this.asked.push(asked);
    return await this.#answer(asked);
  }
}

/** JSON as WeChat sends it: as text. */
export function plain(answer: unknown, status = 200): Response {
  return new Response(JSON.stringify(answer), { status, headers: { "content-type": "text/plain" } });
}

/** Hears one request on a bare connection, answers with these bytes, and hangs up. */
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

/** An address at which nobody listens. */
export function nobody(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${listener.addr.port}`;
}

/** Calls to whoever is there. */
export function callsTo(
  apiUrl: string,
  { now = () => 0, callMs = 5_000 }: { now?: () => number; callMs?: number } = {},
): Calls {
  return new Calls({ apiUrl, fetch, now, callMs });
}

/** The error that a call ends with; fails if it does not. */
export async function errorOf(call: Promise<unknown>): Promise<WechatError> {
  const error = await call.then((answer) => answer, (error: unknown) => error);
  if (error instanceof WechatError) return error;
  throw new Error(`Ended with ${error instanceof Error ? error.stack : JSON.stringify(error)}`);
}

/** A store as programs share it, in memory. */
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
