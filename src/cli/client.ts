import { z } from "zod";
import { type CabinetAnswer, cabinetRoutes } from "../operator/contract/cabinets.ts";
import { organizationRoutes } from "../operator/contract/staff/organizations.ts";
import type { AnswerOf, PartsOf, Route } from "../operator/route.ts";
import { Failure, type Io } from "./io.ts";
import { namedOrganization, type ServiceOptions, serviceUrl } from "./place.ts";
import { findToken, type FoundToken } from "./tokens.ts";

/** A service that says nothing for so long will say nothing. */
const TIMEOUT_MS = 10_000;
/** Cabinets in one page, the most that the service gives. */
const PAGE = 200;

/** Why a request was refused, RFC 9457. */
const refusal = z.object({ title: z.string(), detail: z.string().optional() });

/** What a route takes. */
interface RequestInput {
  /** The parts of the path. */
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, unknown>>;
  /** The service checks it. */
  readonly body?: unknown;
  /** What is sent in place of JSON. */
  readonly file?: Uint8Array<ArrayBuffer>;
  /** How long the service may take, in milliseconds. @default {10_000} */
  readonly timeoutMs?: number;
}

/** What this route takes. */
export type RouteInput<R extends Route> =
  & ([PartsOf<R["path"]>] extends [never] ? { readonly path?: never }
    : { readonly path: { readonly [Part in PartsOf<R["path"]>]: string | number } })
  & (R extends { readonly query: infer Query extends z.ZodType }
    ? { readonly query?: Partial<z.input<Query>> }
    : { readonly query?: never })
  & (R extends { readonly body: z.ZodType } ? Pick<RequestInput, "body"> : { readonly body?: never })
  & (R extends { readonly file: string } ? Required<Pick<RequestInput, "file">> : { readonly file?: never })
  & Pick<RequestInput, "timeoutMs">;

/** One request. */
interface ApiRequest {
  readonly method?: string;
  readonly body?: unknown;
  /** @default {undefined} no token is sent */
  readonly token?: string | undefined;
  readonly file?: { readonly bytes: Uint8Array<ArrayBuffer>; readonly media: string } | undefined;
  readonly timeoutMs?: number | undefined;
}

/** How the service is called. */
export interface ClientOptions {
  /** Is asked when a call needs a token for the first time. */
  readonly findToken: () => Promise<FoundToken>;
  /** The organization that calls are about. @default {undefined} the token's own */
  readonly organization?: string | undefined;
}

/** The service, seen from outside. Every method throws a {@linkcode Failure} that says what is wrong. */
export class Client {
  readonly url: string;
  readonly #options: ClientOptions;
  #token: FoundToken | undefined;

  constructor(url: string, options: ClientOptions) {
    this.url = url;
    this.#options = options;
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
    const response = await this.#fetch(path, {});
    await response.body?.cancel();
    return response.ok;
  }

  /** All cabinets, in the order of their ids, as they are now. */
  async *cabinets(): AsyncGenerator<CabinetAnswer> {
    let after: string | undefined | null;
    while (after !== null) {
      const page: AnswerOf<typeof cabinetRoutes.list> = await this.call(cabinetRoutes.list, {
        query: { limit: PAGE, after, include: "cells" },
      });
      for (const { cells = [], ...cabinet } of page.items) yield { ...cabinet, cells };
      after = page.next;
    }
  }

  /** One cabinet; `undefined` when there is none of that id. */
  async find(id: string): Promise<CabinetAnswer | undefined> {
    const response = await this.#send(cabinetRoutes.get, { path: { id } });
    if (response.status !== 404) return await this.#read(response, cabinetRoutes.get);
    await response.body?.cancel();
    // An organization that is not there is a 404, too.
    if (this.#options.organization !== undefined) await this.call(organizationRoutes.get, {});
    return undefined;
  }

  /** One cabinet that has to be there. */
  async get(id: string): Promise<CabinetAnswer> {
    const cabinet = await this.find(id);
    if (!cabinet) throw new Failure(`There is no cabinet ${id}`);
    return cabinet;
  }

  /**
   * What the route answers. Fields that this version does not know are kept, for `--json`. A service of an older version
   * lacks those that are newer, whatever their type says.
   */
  async call<R extends Route>(route: R, input: RouteInput<R>): Promise<AnswerOf<R>> {
    return await this.#read(await this.#send(route, input), route);
  }

  /**
   * What has to be confirmed before the route does it, as the service tells it.
   *
   * @throws {Failure} if the service answers something else
   */
  async toConfirm<R extends Route>(route: R, input: RouteInput<R>): Promise<unknown> {
    const response = await this.#send(route, input);
    if (response.status !== 409) throw await this.#refusal(response);
    const answer = await jsonOf(response);
    const { data } = refusal.safeParse(answer);
    if (data && !("confirm" in Object(answer))) throw new Failure(data.detail ?? data.title);
    return answer;
  }

  /** The lines of JSON that the route answers, as they come. Who leaves the loop hangs up. */
  async *lines<R extends Route>(route: R, input: RouteInput<R>): AsyncGenerator<unknown> {
    const response = await this.#send(route, input);
    if (!response.ok) throw await this.#refusal(response);
    let rest = "";
    for await (const text of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield JSON.parse(line);
    }
  }

  async #send(route: Route, input: RequestInput): Promise<Response> {
    const { path = {}, query = {}, body, file, timeoutMs } = input;
    if (route.access !== "public") this.#token ??= await this.#readToken();
    const target = `/api/v1${targetOf(route.path, path, query)}`;
    return await this.#fetch(target, {
      method: route.method,
      body,
      token: this.#token?.token,
      file: file && { bytes: file, media: route.file ?? "" },
      timeoutMs,
    });
  }

  /** Where there is neither a token nor a service, it is more helpful to say that the service is not there. */
  async #readToken(): Promise<FoundToken> {
    try {
      return await this.#options.findToken();
    } catch (error) {
      await this.probe("/healthz");
      throw error;
    }
  }

  async #fetch(path: string, request: ApiRequest): Promise<Response> {
    const { method = "GET", body, token, file, timeoutMs = TIMEOUT_MS } = request;
    const media = file?.media ?? (body === undefined ? undefined : "application/json");
    const headers = new Headers(media === undefined ? {} : { "content-type": media });
    const { organization } = this.#options;
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    if (organization !== undefined) headers.set("kaigui-organization", organization);
    try {
      return await fetch(`${this.url}${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...file && { body: file.bytes },
      });
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === "TimeoutError") {
        throw new Failure(`${this.url} did not answer within ${timeoutMs / 1000} s`, { cause });
      }
      const why = "is the service running (deno task start), or on another port? Set PORT, or say --url";
      throw new Failure(`Cannot reach ${this.url}: ${why}`, { cause });
    }
  }

  async #read<R extends Route>(response: Response, { answers }: R): Promise<AnswerOf<R>> {
    if (!response.ok) throw await this.#refusal(response);
    const { schema, media } = answers[response.status] ?? {};
    if (!schema) {
      return (media === undefined ? await response.body?.cancel() : await response.text()) as AnswerOf<R>;
    }
    const answer = await jsonOf(response);
    if (!isAnswer(answer, schema)) throw this.#stranger(response);
    return answer as AnswerOf<R>;
  }

  async #refusal(response: Response): Promise<Failure> {
    const { data } = refusal.safeParse(await jsonOf(response));
    if (!data) return this.#stranger(response);
    const detail = data.detail ?? data.title;
    if (response.status !== 401 || !this.#token) return new Failure(detail);
    return new Failure(
      `${this.url} does not take the token ${this.#token.from}: it is wrong, revoked or past its end`,
    );
  }

  #stranger({ status }: Response): Failure {
    return new Failure(`${this.url} answers, but not as Kaigui does (HTTP ${status})`);
  }
}

/** The path with its parts in their places, and the query. */
function targetOf(
  path: string,
  parts: Readonly<Record<string, string | number>>,
  query: Readonly<Record<string, unknown>>,
): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value ?? []].flat()) asked.append(name, String(one));
  }
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(parts[name] ?? ""));
  return asked.size === 0 ? filled : `${filled}?${asked}`;
}

/**
 * Whether a service of Kaigui answered, of this version or of another: it may lack fields and have other words and limits,
 * but what is there has the declared type.
 */
function isAnswer(answer: unknown, schema: z.ZodType): boolean {
  const { success, error } = schema.safeParse(answer, { reportInput: true });
  if (success) return true;
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  return known.some((name) => name in Object(answer)) &&
    error.issues.every(({ code, input }) => code !== "invalid_type" || input === undefined);
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}
