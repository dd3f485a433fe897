/**
 * What the operator's suites share: the program with a cabinet that is online, people at it, and the audit log.
 *
 * @module
 */
import { match } from "node:assert/strict";
import type { DatabaseLocation } from "../src/db/mod.ts";
import { api, putCabinet, untilOnline } from "./api.ts";
import { Device } from "./device.ts";
import { guestCookie, type Message, Page } from "./page.ts";
import { Program } from "./program.ts";
import { until } from "./until.ts";

/** An answer of the API. */
export type Answer = Awaited<ReturnType<typeof api>>;

/** A database that the program runs on. */
export interface On {
  readonly place: DatabaseLocation;
  readonly env: Record<string, string>;
}

/** The running program, with what its operator and its people do. */
export interface Operated {
  readonly program: Program;
  /** The device of the cabinet `cab`. */
  readonly device: Device;
  get(path: string): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  remove(path: string): Promise<Answer>;
  /** Posts, with an `Idempotency-Key` where one is given. */
  post(path: string, body?: unknown, key?: string): Promise<Answer>;
  /** What was noted but what made the cabinet and, at each start, the first owner's link, oldest first. */
  acts(): Promise<Message[]>;
  /** Somebody new at the cabinet `cab`. */
  person(): Promise<Page>;
}

/** The program with a cabinet `cab` that is online, where nothing else is said one in which a guest may have several cells. */
export async function operated(
  { place, env }: On,
  stack: AsyncDisposableStack,
  more: Record<string, unknown> = { mode: "storage", rules: { rentalsPerGuest: null } },
): Promise<Operated> {
  const program = stack.use(await Program.start(place.folder, env));
  await putCabinet(program, "cab", more);
  return await withDevice(program, stack);
}

/** The program after it was killed, on the same database. */
export async function restarted(
  program: Program,
  { place, env }: On,
  stack: AsyncDisposableStack,
): Promise<Operated> {
  await program.end("SIGKILL");
  return await withDevice(stack.use(await Program.start(place.folder, env)), stack);
}

async function withDevice(program: Program, stack: AsyncDisposableStack): Promise<Operated> {
  const device = stack.use(await Device.connect(program, "REG-cab"));
  await untilOnline(program, "cab");
  const get = (path: string) => api(program, "GET", path);
  return {
    program,
    device,
    get,
    put: (path, body) => later(api(program, "PUT", path, { body })),
    remove: (path) => later(api(program, "DELETE", path)),
    post(path, body, key) {
      const headers: Record<string, string> = key === undefined ? {} : { "idempotency-key": key };
      return later(api(program, "POST", path, { body: body ?? {}, headers }));
    },
    async acts() {
      const { items } = (await get("/acts")).body;
      return items.reverse().filter(({ act, address }: Message) =>
        act !== "put" && !(act === "invite" && address === "")
      );
    },
    person: async () => stack.use(await Page.open(program, "cab", await guestCookie(program, "cab"))),
  };
}

/** Sends a tap and waits for its end. */
export async function does(page: Page, wish: Message): Promise<Message> {
  const id = crypto.randomUUID();
  page.send({ id, ...wish });
  return await later(page.outcome(wish["id"] ?? id));
}

/** Waits until the clock has moved on as well: what is of the same millisecond is listed in no order. */
async function later<T>(work: Promise<T>): Promise<T> {
  const done = await work;
  const at = Date.now();
  await until(() => Date.now() > at);
  return done;
}

/** Who sits at the page. */
export function idOf(page: Page): string {
  return page.messages.find(({ type }) => type === "welcome")?.["you"].id;
}

/** Whether that is problem details with this status, naming this. */
export function isProblem(answer: Answer, status: number, detail: RegExp): void {
  match(
    `${answer.status} ${answer.type} ${answer.body?.detail}`,
    new RegExp(`^${status} application/problem`),
  );
  match(answer.body.detail, detail);
}
