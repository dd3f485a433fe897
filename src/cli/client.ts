import { type Cabinet, createClient, Kaigui } from "kaigui-client";
import { z } from "zod";
import { declaredAnswer, isAnswer, isKeyed } from "./contract.ts";
import { Failure, type Io } from "./io.ts";
import {
  type AnswerOf,
  CallFailure,
  type ConfirmationOf,
  type InputOf,
  isBroken,
  type OperationName,
  type Outcome,
  resent,
} from "./operation.ts";
import { namedOrganization, type ServiceOptions, serviceUrl } from "./place.ts";
import { findToken, type FoundToken } from "./tokens.ts";

/** A service that says nothing for so long will say nothing. */
const TIMEOUT_MS = 10_000;
/** Cabinets in one page, the most that the service gives. */
const PAGE = 200;

/** Why a request was refused, RFC 9457. */
const refusal = z.object({ title: z.string(), detail: z.string().optional(), code: z.string().optional() });

/** Which cabinets are listed, and in which order. */
export type CabinetSelection = Omit<
  NonNullable<InputOf<"cabinetsList">["query"]>,
  "after" | "include" | "limit"
>;

/** What came back, and from what. */
interface Answered extends Outcome {
  readonly response: Response;
  readonly operation: OperationName;
  /** Whether it was sent again, since its connection broke. */
  readonly isResent: boolean;
}

/** How the service is called. */
export interface ClientOptions {
  /** Is asked when a call needs a token for the first time. */
  readonly findToken: () => Promise<FoundToken>;
  /** The organization that calls are about. @default {undefined} the token's own */
  readonly organization?: string | undefined;
  /** Pauses before a call is sent again whose connection broke, in milliseconds. @default {[0, 1_000, 3_000]} */
  readonly resendMs?: readonly number[];
}

/** The service, seen from outside. Every method throws a {@linkcode Failure} that says what is wrong. */
export class Client {
  readonly url: string;
  readonly #options: ClientOptions;
  readonly #api: Kaigui;
  #token: FoundToken | undefined;

  constructor(url: string, options: ClientOptions) {
    const { organization } = options;
    this.url = url;
    this.#options = options;
    const client = createClient({
      baseUrl: `${url}/api/v1`,
      headers: organization === undefined ? {} : { "kaigui-organization": organization },
      auth: async ({ type }) => type === "http" ? await this.#readToken() : undefined,
    });
    this.#api = new Kaigui({ client });
  }

  /** For the service that the options and the environment mean. */
  static of(options: ServiceOptions, io: Io): Client {
    const url = serviceUrl(options, io);
    return new Client(url, {
      findToken: () => findToken(url, io),
      organization: namedOrganization(options, io),
    });
  }

  /** Whether the service says yes at `/healthz` or `/readyz`. */
  async probe(path: "/healthz" | "/readyz"): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      await response.body?.cancel();
      return response.ok;
    } catch (error) {
      throw this.#silence(error, TIMEOUT_MS);
    }
  }

  /** The cabinets that the query means, as they are now; by their ids where it says no other order. */
  async *cabinets(query: CabinetSelection = {}): AsyncGenerator<Cabinet> {
    let after: string | undefined | null;
    while (after !== null) {
      const page: AnswerOf<"cabinetsList"> = await this.call("cabinetsList", {
        query: { ...query, limit: PAGE, after, include: "cells" },
      });
      for (const { cells = [], ...cabinet } of page.items) yield { ...cabinet, cells };
      after = page.next;
    }
  }

  /** One cabinet; `undefined` when there is none of that id. */
  async find(id: string): Promise<Cabinet | undefined> {
    return (await this.#look(id))?.cabinet;
  }

  /** One cabinet that has to be there. */
  async get(id: string): Promise<Cabinet> {
    return (await this.look(id)).cabinet;
  }

  /** One cabinet that has to be there, and the tag of how it is described. An older service has none. */
  async look(id: string): Promise<{ readonly cabinet: Cabinet; readonly etag: string | undefined }> {
    const seen = await this.#look(id);
    if (!seen) throw new Failure(`There is no cabinet ${id}`);
    return seen;
  }

  async #look(id: string): Promise<{ cabinet: Cabinet; etag: string | undefined } | undefined> {
    const answered = await this.#send("cabinetsGet", { path: { id } });
    if (answered.response.status !== 404) {
      const [, etag] = /^"(.*)"$/.exec(answered.response.headers.get("etag") ?? "") ?? [];
      return { cabinet: this.#read(answered) as Cabinet, etag };
    }
    // An organization that is not there is a 404, too.
    if (this.#options.organization !== undefined) await this.call("organizationsGet", {});
    return undefined;
  }

  /**
   * What the operation answers. Fields that this version does not know are kept, for `--json`. A service of an older version
   * lacks those that are newer, whatever their type says.
   */
  async call<Name extends OperationName>(operation: Name, input: InputOf<Name>): Promise<AnswerOf<Name>> {
    return this.#read(await this.#send(operation, input)) as AnswerOf<Name>;
  }

  /** The text that the operation answers. */
  async text<Name extends OperationName>(operation: Name, input: InputOf<Name>): Promise<string> {
    const answered = await this.#send(operation, input, "text");
    if (!answered.response.ok) throw this.#refusal(answered);
    return String(answered.data);
  }

  /** What the operation answers, or what has to be confirmed before it does anything. */
  async callOrConfirm<Name extends OperationName>(
    operation: Name,
    input: InputOf<Name>,
  ): Promise<{ readonly done: AnswerOf<Name> } | { readonly toConfirm: ConfirmationOf<Name> }> {
    const answered = await this.#send(operation, input);
    const { response, error } = answered;
    if (response.status !== 409 || !("confirm" in Object(error))) {
      return { done: this.#read(answered) as AnswerOf<Name> };
    }
    return { toConfirm: this.#checked(error, answered) as ConfirmationOf<Name> };
  }

  /**
   * What has to be confirmed before the operation does it, as the service tells it.
   *
   * @throws {Failure} if the service answers something else
   */
  async toConfirm<Name extends OperationName>(
    operation: Name,
    input: InputOf<Name>,
  ): Promise<ConfirmationOf<Name>> {
    const answer = await this.callOrConfirm(operation, input);
    if ("toConfirm" in answer) return answer.toConfirm;
    throw new Failure(`${this.url} did it without a confirmation`);
  }

  /** The lines of JSON that the operation answers, as they come. Who leaves the loop hangs up. */
  async *lines<Name extends OperationName>(
    operation: Name,
    input: InputOf<Name>,
  ): AsyncGenerator<AnswerOf<Name>> {
    const answered = await this.#send(operation, input, "stream");
    for await (const line of linesIn(this.#textsOf(answered, input))) {
      yield this.#checked(jsonOf(line), answered, "line") as AnswerOf<Name>;
    }
  }

  /** The text of the JSON that the operation answers, part by part as it comes. Who leaves the loop hangs up. */
  async *jsonParts<Name extends OperationName>(
    operation: Name,
    input: InputOf<Name>,
  ): AsyncGenerator<string> {
    const answered = await this.#send(operation, input, "stream");
    const { response } = answered;
    const type = response.headers.get("content-type") ?? "";
    if (response.ok && !type.startsWith("application/json")) {
      await response.body?.cancel();
      throw this.#stranger(response);
    }
    yield* this.#textsOf(answered, input);
  }

  async *#textsOf(
    answered: Answered,
    { timeoutMs, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ): AsyncGenerator<string> {
    if (!answered.response.ok) throw this.#refusal(answered);
    try {
      yield* answered.response.body?.pipeThrough(new TextDecoderStream()) ?? [];
    } catch (cause) {
      signal?.throwIfAborted();
      if (isTimeout(cause)) throw this.#silence(cause, timeoutMs);
      throw new CallFailure(`The answer of ${this.url} broke off`, { cause });
    }
  }

  async #send<Name extends OperationName>(
    operation: Name,
    { timeoutMs = TIMEOUT_MS, signal: ending, headers, ...input }: InputOf<Name>,
    parseAs: "json" | "text" | "stream" = "json",
  ): Promise<Answered> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = ending ? AbortSignal.any([timeout, ending]) : timeout;
    const key = isKeyed(operation) ? { "Idempotency-Key": crypto.randomUUID() } : {};
    const options = { ...input, headers: { ...key, ...headers }, signal, parseAs };
    const send = async (): Promise<Outcome> => await this.#api[operation](options as never);
    const first = await send();
    const isResent = isKeyed(operation) && isBroken(first);
    const outcome = isResent
      ? await resent(first, send, { signal, pausesMs: this.#options.resendMs })
      : first;
    const { response, error } = outcome;
    if (isBroken(outcome)) throw this.#broken(error);
    if (response === undefined || isTimeout(error)) throw this.#silence(error, timeoutMs);
    return { ...outcome, operation, response, isResent };
  }

  /** Where there is neither a token nor a service, it is more helpful to say that the service is not there. */
  async #readToken(): Promise<string> {
    try {
      return (this.#token ??= await this.#options.findToken()).token;
    } catch (error) {
      await this.probe("/healthz");
      throw error;
    }
  }

  #read(answered: Answered): unknown {
    const { data, response } = answered;
    if (!response.ok) throw this.#refusal(answered);
    return this.#checked(data, answered);
  }

  #checked(
    value: unknown,
    { operation, response }: Answered,
    part: "schema" | "line" = "schema",
  ): unknown {
    const schema = declaredAnswer(operation, response.status)?.[part];
    if (schema && !isAnswer(value, schema)) throw this.#stranger(response);
    return value;
  }

  #refusal({ error, response, isResent }: Answered): Failure {
    const { data } = refusal.safeParse(error);
    if (!data) return this.#stranger(response);
    const { status } = response;
    const { code, title, detail = title } = data;
    if (isResent) {
      const why = `The connection broke before the answer came. Sent again: ${detail}`;
      return new CallFailure(why, { status, code });
    }
    if (status !== 401 || !this.#token) return new CallFailure(detail, { status, code });
    return new CallFailure(
      `${this.url} does not take the token ${this.#token.from}: it is wrong, revoked or past its end`,
      { status, code },
    );
  }

  #stranger({ status }: Response): Failure {
    return new CallFailure(`${this.url} answers, but not as Kaigui does (HTTP ${status})`, { status });
  }

  #broken(cause: unknown): CallFailure {
    return new CallFailure(`The connection to ${this.url} broke before the answer came`, { cause });
  }

  /** Why nothing came back. */
  #silence(cause: unknown, timeoutMs = TIMEOUT_MS): Error {
    if (cause instanceof Failure) return cause;
    if (isTimeout(cause)) {
      return new CallFailure(`${this.url} did not answer within ${timeoutMs / 1000} s`, { cause });
    }
    const why = "is the service running (deno task start), or on another port? Set PORT, or say --url";
    return new CallFailure(`Cannot reach ${this.url}: ${why}`, { cause });
  }
}

/** The lines of a text that comes in parts; the last line may lack its end. */
async function* linesIn(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of texts) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}
