/**
 * Random requests to all operations of the document in turn, and what is wrong with their answers.
 *
 * @module
 */
import * as fc from "fast-check";
import { chance, runSeed } from "../../testing/chance.ts";
import { mistakesOf } from "../../testing/openapi/answer_checks.ts";
import { Arbitraries } from "../../testing/openapi/arbitraries.ts";
import { KnownValues } from "../../testing/openapi/known_values.ts";
import type { Operation } from "../../testing/openapi/operations.ts";
import {
  type DrawnRequest,
  filled,
  type Received,
  requestsOf,
  send,
  type SentRequest,
} from "../../testing/openapi/requests.ts";
import type { SchemaChecks } from "../../testing/openapi/schema_checks.ts";
import type { Stage } from "./random_requests_stage.ts";

/** Rounds, of a request to each operation, that are drawn at once. */
const DRAWN_AT_ONCE = 20;
/** Rounds after which the stage is set again: cabinets, cells and staff come and go. */
const SET_EVERY = 2;
/** Operations that hash a password, or wait for doors, have their turn in one of so many rounds. */
const SELDOM = 10;
export const SLOW: readonly string[] = [
  "accountLogIn",
  "accountAccept",
  "accountChangePassword",
  "accountBeginSecondFactor",
  "accountRemoveSecondFactor",
  "doorsOpenAll",
  "doorsTest",
];
/** What differs from request to request in what is said of a fault. */
const PARTICULAR = /[0-9a-f-]{36}|\d{4}-\d\d-\d\dT[\d:.]+Z|"[^"]*"|\d+/g;

/** Draws requests and sends them, one after the other, so that a seed plays them again. */
export class RandomRun {
  /** By kind: the first request of each. */
  readonly faults = new Map<string, string>();
  readonly #stage: Stage;
  readonly #operations: readonly Operation[];
  readonly #checks: SchemaChecks;
  readonly #known = new KnownValues();
  readonly #random = chance("requests");
  readonly #counts = new Map<string, Map<number, number>>();

  constructor(stage: Stage, more: { operations: readonly Operation[]; checks: SchemaChecks }) {
    this.#stage = stage;
    this.#operations = more.operations;
    this.#checks = more.checks;
  }

  /** Operations that never succeeded. */
  get neverDone(): string[] {
    return this.#operations.map(({ id }) => id).filter((id) =>
      ![...this.#counts.get(id)?.keys() ?? []].some((status) => status < 300)
    ).toSorted();
  }

  /** Sends so many, in rounds of one to each operation. */
  async send(count: number): Promise<void> {
    const arbitraries = new Arbitraries(this.#stage.preferred);
    const drawn = this.#operations.map((operation) =>
      [operation, requestsOf(operation, arbitraries)] as const
    );
    let sent = 0;
    for (let block = 0; sent < count; block++) {
      const blocks = drawn.map(([operation, requests], index) => {
        const seed = runSeed() + block * drawn.length + index;
        return [operation, fc.sample(requests, { seed, numRuns: DRAWN_AT_ONCE })] as const;
      });
      for (let round = 0; round < DRAWN_AT_ONCE && sent < count; round++) {
        if (round % SET_EVERY === 0) await this.#stage.set();
        sent += await this.#round(blocks, { round, most: count - sent });
      }
    }
  }

  /** How many answers had which status. */
  get counts(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const [status, count] of [...this.#counts.values()].flatMap((counts) => [...counts])) {
      counts.set(status, (counts.get(status) ?? 0) + count);
    }
    return new Map([...counts].toSorted());
  }

  async #round(
    blocks: readonly (readonly [Operation, readonly DrawnRequest[]])[],
    { round, most }: { round: number; most: number },
  ): Promise<number> {
    const turn = blocks.filter(([{ id }]) => !SLOW.includes(id) || round % SELDOM === 0)
      .map((block) => [this.#random(), block] as const).toSorted(([a], [b]) => a - b).slice(0, most);
    for (const [, [operation, requests]] of turn) await this.#try(operation, requests[round] as DrawnRequest);
    return turn.length;
  }

  async #try(operation: Operation, drawn: DrawnRequest): Promise<void> {
    const caller = this.#stage.headersOf(drawn.security, this.#random);
    const request = filled(operation, drawn, { known: this.#known, checks: this.#checks, caller });
    const answer = await this.#send(operation, request);
    // Perhaps the owner has logged out, left, or wants a second factor of all owners.
    const { status } = answer;
    if ((status === 401 || status === 403) && drawn.security !== undefined) {
      await this.#stage.letOwnerIn(status);
    }
    const again = confirmed(request, answer);
    if (again) await this.#send(operation, again);
  }

  async #send(operation: Operation, request: SentRequest): Promise<Received> {
    const answer = await send(this.#stage.program, request);
    const counts = this.#counts.get(operation.id) ?? new Map<number, number>();
    this.#counts.set(operation.id, counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1));
    const mistakes = mistakesOf(operation, answer, this.#checks);
    if (mistakes) this.#note(operation, { request, answer, mistakes });
    else if (answer.status === 404) this.#known.forget(idIn(request));
    else this.#learn(operation, answer);
    return answer;
  }

  #learn({ path }: Operation, { headers, text }: Received): void {
    if (path === "/openapi.json" || headers.get("content-type") !== "application/json") return;
    this.#known.learn(path, JSON.parse(text));
  }

  #note(
    { id }: Operation,
    { request, answer, mistakes }: { request: SentRequest; answer: Received; mistakes: string },
  ): void {
    const kind = `${id} ${mistakes.replace(PARTICULAR, "…")}`;
    if (this.faults.has(kind)) return;
    const { method, path, headers, body = "" } = request;
    const sent = `${method} ${path} ${JSON.stringify(headers)} ${body.slice(0, 1_000)}`;
    this.faults.set(kind, `${id}: ${mistakes}\n  ${sent}\n  ${answer.status} ${answer.text.slice(0, 1_000)}`);
  }
}

/** What the request is about: the second part of its path. */
function idIn({ path }: SentRequest): string {
  return path.split(/[/?]/)[2] ?? "";
}

/** The same request with the confirmation that its answer wants; `undefined`: it wants none. */
function confirmed(request: SentRequest, { status, text }: Received): SentRequest | undefined {
  const { confirm } = status === 409 ? JSON.parse(text) : {};
  if (typeof confirm !== "string") return undefined;
  const { path, body } = request;
  const isFile = path.startsWith("/cabinets/import");
  if (!isFile) return { ...request, body: JSON.stringify({ ...JSON.parse(body ?? "{}"), confirm }) };
  const { pathname, searchParams } = new URL(path, "http://here");
  searchParams.set("confirm", confirm);
  return { ...request, path: `${pathname}?${searchParams}` };
}
