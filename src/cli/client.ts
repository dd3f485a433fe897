/**
 * The operator's REST API, as the command line calls it.
 *
 * @module
 */
import type { z } from "zod";
import type { PosterLayout } from "../posters/mod.ts";
import {
  type CabinetAnswer,
  cabinetAnswer,
  pageAnswer,
  problemAnswer,
  type StatusAnswer,
  statusAnswer,
} from "./answers.ts";
import { Failure, type Io } from "./io.ts";
import { operatorToken, type ServiceOptions, serviceUrl } from "./place.ts";

/** A service that says nothing for so long will say nothing. */
const TIMEOUT_MS = 10_000;
/** Cabinets in one page, the most that the service gives. */
const PAGE = 200;

/** One request. */
interface ApiRequest {
  readonly method?: "GET" | "PUT" | "DELETE";
  readonly body?: unknown;
  /** @default no token is sent */
  readonly token?: string;
}

/** The service, seen from outside. Every method throws a {@linkcode Failure} that says what is wrong. */
export class Client {
  readonly url: string;
  readonly #findToken: () => Promise<string>;
  #token: string | undefined;

  /** @param findToken is asked when a call needs the operator's token for the first time */
  constructor(url: string, findToken: () => Promise<string>) {
    this.url = url;
    this.#findToken = findToken;
  }

  /** For the service that the options and the environment mean. */
  static of(options: ServiceOptions, io: Io): Client {
    return new Client(serviceUrl(options, io), () => operatorToken(io));
  }

  /** Whether the service says yes at `/healthz` or `/readyz`. */
  async probe(path: "/healthz" | "/readyz"): Promise<boolean> {
    const response = await this.#fetch(path, {});
    await response.body?.cancel();
    return response.ok;
  }

  /** How the program that answers is, and each of its isolates. */
  async status(): Promise<StatusAnswer> {
    return await this.#call("/status", statusAnswer);
  }

  /** All cabinets, in the order of their ids. */
  async *cabinets(): AsyncGenerator<CabinetAnswer> {
    for (let after: string | null = ""; after !== null;) {
      const query: string = after === "" ? "" : `&after=${encodeURIComponent(after)}`;
      const page = await this.#call(`/cabinets?limit=${PAGE}${query}`, pageAnswer);
      yield* page.items;
      after = page.next;
    }
  }

  /** One cabinet; `undefined` when there is none of that id. */
  async find(id: string): Promise<CabinetAnswer | undefined> {
    const response = await this.#send(pathOf(id), {});
    if (response.status !== 404) return await this.#read(response, cabinetAnswer);
    await response.body?.cancel();
    return undefined;
  }

  /** One cabinet that has to be there. */
  async get(id: string): Promise<CabinetAnswer> {
    const cabinet = await this.find(id);
    if (!cabinet) throw new Failure(`There is no cabinet ${id}`);
    return cabinet;
  }

  /** The posters of these cabinets, or of all, as an HTML page. */
  async posters(ids: readonly string[], layout: PosterLayout): Promise<string> {
    const query = new URLSearchParams([["layout", layout], ...ids.map((id) => ["cabinet", id])]);
    const response = await this.#send(`/posters?${query}`, {});
    if (!response.ok) throw await this.#refusal(response);
    return await response.text();
  }

  async put(id: string, body: unknown): Promise<CabinetAnswer> {
    return await this.#call(pathOf(id), cabinetAnswer, { method: "PUT", body });
  }

  async remove(id: string): Promise<void> {
    const response = await this.#send(pathOf(id), { method: "DELETE" });
    if (!response.ok) throw await this.#refusal(response);
    await response.body?.cancel();
  }

  async #call<T>(path: string, schema: z.ZodType<T>, call: ApiRequest = {}): Promise<T> {
    return await this.#read(await this.#send(path, call), schema);
  }

  async #send(path: string, call: ApiRequest): Promise<Response> {
    return await this.#fetch(`/api/v1${path}`, { ...call, token: this.#token ??= await this.#readToken() });
  }

  /** That nobody answers is the more helpful message where there is no token either. */
  async #readToken(): Promise<string> {
    try {
      return await this.#findToken();
    } catch (error) {
      await this.probe("/healthz");
      throw error;
    }
  }

  async #fetch(path: string, { method = "GET", body, token }: ApiRequest): Promise<Response> {
    const headers = new Headers(body === undefined ? {} : { "content-type": "application/json" });
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    try {
      return await fetch(`${this.url}${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === "TimeoutError") {
        throw new Failure(`${this.url} did not answer within ${TIMEOUT_MS / 1000} s`, { cause });
      }
      const why = "is the service running (deno task start), or on another port? Set PORT, or say --url";
      throw new Failure(`Cannot reach ${this.url}: ${why}`, { cause });
    }
  }

  async #read<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
    if (!response.ok) throw await this.#refusal(response);
    const { success, data } = schema.safeParse(await jsonOf(response));
    if (!success) throw this.#stranger(response);
    return data;
  }

  async #refusal(response: Response): Promise<Failure> {
    const { data } = problemAnswer.safeParse(await jsonOf(response));
    if (!data) return this.#stranger(response);
    const detail = data.detail ?? data.title;
    if (response.status !== 401) return new Failure(detail);
    return new Failure(`${this.url} does not take this operator token: set OPERATOR_TOKEN or DATA_DIR`);
  }

  #stranger({ status }: Response): Failure {
    return new Failure(`${this.url} answers, but not as Kaigui does (HTTP ${status})`);
  }
}

function pathOf(id: string): string {
  return `/cabinets/${encodeURIComponent(id)}`;
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}
