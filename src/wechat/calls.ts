/**
 * Calls to WeChat's API: bounded in time, number and size, checked once, and never repeated.
 *
 * @module
 */
import { z } from "zod";
import { WECHAT } from "../lib/limits.ts";
import { CircuitBreaker } from "./circuit_breaker.ts";
import { WechatError } from "./wechat_error.ts";

/** One call. */
export interface ApiCall<T> {
  /** @default {undefined} none */
  readonly query?: Readonly<Record<string, string>>;
  /** Posted as JSON. @default {undefined} a GET */
  readonly body?: unknown;
  /** What a sound answer looks like. */
  readonly answer: z.ZodType<T>;
  /** Whether it does something at WeChat's, so that it matters whether it arrived. @default {false} */
  readonly acts?: boolean;
}

/** Where and how calls are made. */
export interface CallsOptions {
  /** The API's origin. */
  readonly apiUrl: string;
  readonly fetch: typeof fetch;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** @default {WECHAT.callMs} */
  readonly callMs?: number;
}

/** Successful answers often have no `errcode`. */
const anyAnswer = z.looseObject({ errcode: z.int().optional() });

/** Makes the calls of one isolate. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #breaker = new CircuitBreaker();
  #underWay = 0;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /**
   * Asks, and answers what WeChat says.
   *
   * @param path without secrets: errors name it
   * @throws {WechatError}
   */
  async ask<T>(path: string, call: ApiCall<T>): Promise<T> {
    const { now } = this.#options;
    if (this.#underWay >= WECHAT.callsMax) throw away(`${path} was not asked: too many calls are under way`);
    if (!this.#breaker.letsThrough(now())) {
      throw away(`${path} was not asked: WeChat did not answer before`);
    }
    this.#underWay++;
    try {
      const answer = await this.#ask(path, call);
      this.#breaker.answered();
      return answer;
    } catch (error) {
      if (error instanceof WechatError && error.kind !== "away") this.#breaker.answered();
      else this.#breaker.silent(now());
      throw error;
    } finally {
      this.#underWay--;
    }
  }

  async #ask<T>(path: string, call: ApiCall<T>): Promise<T> {
    const { status, text } = await this.#read(path, call);
    const { success, data } = anyAnswer.safeParse(parseJson(text));
    if (!success) throw away(`WeChat's answer to ${path} makes no sense (HTTP ${status})`, call);
    if (data.errcode) throw WechatError.ofCode(data.errcode, path);
    const answer = call.answer.safeParse(data);
    if (answer.success) return answer.data;
    const [field = "content"] = answer.error.issues[0]?.path ?? [];
    throw away(`WeChat's answer to ${path} has no sound ${String(field)} (HTTP ${status})`, call);
  }

  async #read(path: string, call: ApiCall<unknown>): Promise<{ status: number; text: string }> {
    const { callMs = WECHAT.callMs, apiUrl, fetch } = this.#options;
    const overdue = new AbortController();
    const deadline = setTimeout(() => overdue.abort(), callMs);
    try {
      const response = await fetch(urlOf(apiUrl, path, call), { ...initOf(call), signal: overdue.signal });
      if (isMishap(response)) {
        await response.body?.cancel();
        throw away(`WeChat answered ${path} with HTTP ${response.status}`, call);
      }
      const text = await readText(response);
      if (text === undefined) throw away(`WeChat's answer to ${path} is too long`, call);
      return { status: response.status, text };
    } catch (error) {
      if (error instanceof WechatError) throw error;
      if (overdue.signal.aborted) throw away(`WeChat did not answer ${path} in time`, call);
      const why = reasonOf(error);
      throw away(`WeChat did not answer ${path}: ${why}`, why.startsWith(UNSENT) ? undefined : call);
    } finally {
      clearTimeout(deadline);
    }
  }
}

/** @param sent the call that may have arrived; none: surely nothing has */
function away(message: string, sent?: ApiCall<unknown>): WechatError {
  return new WechatError(message, { kind: "away", maybeDone: sent?.acts ?? false });
}

function urlOf(apiUrl: string, path: string, { query = {} }: ApiCall<unknown>): URL {
  const url = new URL(path, apiUrl);
  url.search = new URLSearchParams(query).toString();
  return url;
}

/** Redirects are not followed: they would take secrets elsewhere. */
function initOf({ body }: ApiCall<unknown>): RequestInit {
  if (body === undefined) return { redirect: "manual" };
  const headers = { "content-type": "application/json" };
  return { method: "POST", redirect: "manual", headers, body: JSON.stringify(body) };
}

/** A redirect or a failing server; WeChat itself says 200 whatever it thinks of a call. */
function isMishap({ status }: Response): boolean {
  return (status >= 300 && status < 400) || status >= 500;
}

/** The answer as UTF-8, whatever its type says; `undefined`: it is too long, and was read no further. */
async function readText(response: Response): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > WECHAT.answerBytesMax) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * `undefined`: it is no JSON. WeChat does not escape the control characters that some people have in their names;
 * everywhere else in JSON they are spaces.
 */
function parseJson(text: string): unknown {
  try {
    // deno-lint-ignore no-control-regex
    return JSON.parse(text.replace(/[\0-\x1f]/g, " "));
  } catch {
    return undefined;
  }
}

/** How the runtime says that there was no connection over which anything could have been sent. */
const UNSENT = "Connect";

/** Of what the runtime says only the words behind the address: that has secrets in its query. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const [, phase, words] = /client error \((\w+)\): ([\w ]+(?:: [\w ]+)*)/.exec(String(cause)) ?? [];
  return phase && words ? `${phase}: ${words}` : "the connection broke";
}
