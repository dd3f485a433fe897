import { z } from "zod";
import { CircuitBreaker } from "../lib/concurrency/circuit_breaker.ts";
import { WECHAT } from "../lib/limits.ts";
import { WechatError } from "./wechat_error.ts";

/** The credentials of an official account or a mini program. */
export interface WechatApp {
  readonly appId: string;
  readonly appSecret: string;
}

/** A call. */
export interface ApiCall<T> {
  /** @default none */
  readonly query?: Readonly<Record<string, string>>;
  /** Posted as JSON. @default none: the call is a GET */
  readonly body?: unknown;
  /** The schema of a valid answer. */
  readonly answer: z.ZodType<T>;
  /** Whether the call changes something at WeChat, so that it matters whether it arrived. @default {false} */
  readonly hasEffect?: boolean;
}

/** What the client needs. */
export interface ApiClientOptions {
  /** The API's origin. */
  readonly apiUrl: string;
  readonly fetch: typeof fetch;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** How long a call may take. @default {WECHAT.callMs} */
  readonly callMs?: number;
}

/** Successful answers often have no `errcode`. */
const anyAnswer = z.looseObject({ errcode: z.int().optional() });

/** Makes the calls of one isolate: limited in time, number and size, checked once, and never repeated. */
export class ApiClient {
  readonly #options: ApiClientOptions;
  /** Stays open for longer than a call may take: those before it have ended when the trial call begins. */
  readonly #breaker = new CircuitBreaker({
    failuresMax: WECHAT.awayMax,
    callsMax: WECHAT.callsMax,
    openMs: WECHAT.restMs,
  });
  #inFlight = 0;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  /**
   * Calls WeChat's API and returns its checked answer.
   *
   * @param path without secrets: errors have it in their message
   * @throws {WechatError}
   */
  async request<T>(path: string, call: ApiCall<T>): Promise<T> {
    const { now } = this.#options;
    if (this.#inFlight >= WECHAT.callsMax) {
      throw awayError(`${path} was not called: too many calls are under way`);
    }
    if (this.#inFlight >= this.#breaker.callsMax(now())) {
      throw awayError(`${path} was not called: WeChat did not answer before`);
    }
    this.#inFlight++;
    try {
      const answer = await this.#request(path, call);
      this.#breaker.succeeded();
      return answer;
    } catch (error) {
      if (error instanceof WechatError && error.kind !== "away") this.#breaker.succeeded();
      else this.#breaker.failed(now());
      throw error;
    } finally {
      this.#inFlight--;
    }
  }

  async #request<T>(path: string, call: ApiCall<T>): Promise<T> {
    const { status, text } = await this.#read(path, call);
    const { success, data } = anyAnswer.safeParse(parseJson(text));
    if (!success) throw awayError(`WeChat's answer to ${path} is not valid (HTTP ${status})`, call);
    if (data.errcode) throw WechatError.ofCode(data.errcode, path);
    const answer = call.answer.safeParse(data);
    if (answer.success) return answer.data;
    const [field = "content"] = answer.error.issues[0]?.path ?? [];
    throw awayError(`WeChat's answer to ${path} has no valid ${String(field)} (HTTP ${status})`, call);
  }

  async #read(path: string, call: ApiCall<unknown>): Promise<{ status: number; text: string }> {
    const { callMs = WECHAT.callMs, apiUrl, fetch } = this.#options;
    const signal = AbortSignal.timeout(callMs);
    try {
      const response = await fetch(urlOf(apiUrl, path, call), { ...initOf(call), signal });
      if (isRedirectOrFailure(response)) {
        await response.body?.cancel();
        throw awayError(`WeChat answered ${path} with HTTP ${response.status}`, call);
      }
      const text = await readText(response);
      if (text === undefined) throw awayError(`WeChat's answer to ${path} is too long`, call);
      return { status: response.status, text };
    } catch (error) {
      if (error instanceof WechatError) throw error;
      if (signal.aborted) throw awayError(`WeChat did not answer ${path} in time`, call);
      const why = reasonOf(error);
      throw awayError(`WeChat did not answer ${path}: ${why}`, why.startsWith(UNSENT) ? undefined : call);
    }
  }
}

/** @param sent the call that may have arrived. @default nothing has arrived */
function awayError(message: string, sent?: ApiCall<unknown>): WechatError {
  return new WechatError(message, { kind: "away", maybeDone: sent?.hasEffect ?? false });
}

function urlOf(apiUrl: string, path: string, { query = {} }: ApiCall<unknown>): URL {
  const url = new URL(path, apiUrl);
  url.search = new URLSearchParams(query).toString();
  return url;
}

/** Redirects are not followed: they would take the secrets to another host. */
function initOf({ body }: ApiCall<unknown>): RequestInit {
  if (body === undefined) return { redirect: "manual" };
  const headers = { "content-type": "application/json" };
  return { method: "POST", redirect: "manual", headers, body: JSON.stringify(body) };
}

/** WeChat itself answers with 200 even if it refuses the call. */
function isRedirectOrFailure({ status }: Response): boolean {
  return (status >= 300 && status < 400) || status >= 500;
}

/** The answer as UTF-8, whatever its content type is; `undefined`: it is too long, and was not read to its end. */
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
 * `undefined`: the text is not valid JSON. WeChat does not escape the control characters in some people's names; outside
 * of strings they are white space, so that all are replaced by spaces.
 */
function parseJson(text: string): unknown {
  try {
    // deno-lint-ignore no-control-regex
    return JSON.parse(text.replace(/[\0-\x1f]/g, " "));
  } catch {
    return undefined;
  }
}

/** The runtime's error has this phase if there was no connection, so that nothing was sent. */
const UNSENT = "Connect";

/** The part of the runtime's error behind the address, which has secrets in its query. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const [, phase, words] = /client error \((\w+)\): ([\w ]+(?:: [\w ]+)*)/.exec(String(cause)) ?? [];
  return phase && words ? `${phase}: ${words}` : "the connection broke";
}
