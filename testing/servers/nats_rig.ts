/**
 * Programs for the tests over NATS: all in this process, each with its own clock.
 *
 * @module
 */
import { NatsUplink } from "../../src/router/nats/nats.ts";
import { NoAnswerError, NotAskedError, type Owner } from "../../src/router/router.ts";
import { until } from "../until.ts";
import { type Login, NatsServer } from "./nats.ts";
import { testUnless, whyLeftOut } from "../test_run.ts";

/** The uplink under test, which may carry anything. */
export type TestUplink = NatsUplink<unknown, unknown, unknown, unknown>;

/** How a request ended. */
export type Ended = "reply" | "nobody" | "not-asked" | "no-answer";

let opened = 0;

/** A program and its failures. */
export interface TestProgram extends AsyncDisposable {
  readonly isolate: string;
  readonly uplink: TestUplink;
  readonly failures: unknown[];
}

/** Connects a program; two with the same name are isolates of one. */
export async function openProgram(url: string, program: string = crypto.randomUUID()): Promise<TestProgram> {
  // No two clocks have anything in common.
  const apartMs = ++opened * 10_000_000;
  const isolate = `${program}. ${opened}`;
  const failures: unknown[] = [];
  const uplink: TestUplink = await NatsUplink.open({
    url,
    program,
    isolate,
    failed: (error) => failures.push(error),
    now: () => performance.now() + apartMs,
  });
  return { isolate, uplink, failures, [Symbol.asyncDispose]: () => uplink[Symbol.asyncDispose]() };
}

/** Two programs, each with its own URL of the server, which have found each other. */
export async function programs(
  stack: AsyncDisposableStack,
  ...urls: readonly [string, string]
): Promise<[TestProgram, TestProgram]> {
  const both: [TestProgram, TestProgram] = [await openProgram(urls[0]), await openProgram(urls[1])];
  for (const program of both) stack.use(program);
  await until(() => both.every(({ uplink }) => uplink.connected && uplink.peers > 0));
  return both;
}

/** An owner that replies with the request, and counts. */
export class Echo implements Owner<unknown, unknown, unknown> {
  /** How often each request was done. */
  readonly done = new Map<unknown, number>();
  displacements = 0;

  /** The requests that were done more than once. */
  get twice(): unknown[] {
    return [...this.done].filter(([, times]) => times > 1);
  }

  handle(request: unknown): Promise<unknown> {
    this.done.set(request, (this.done.get(request) ?? 0) + 1);
    return Promise.resolve(request);
  }

  displaced(): void {
    this.displacements++;
  }
}

/** Sends the request. @returns how it ended; any other end fails the test */
export async function ask(
  uplink: TestUplink,
  address: string,
  request: unknown,
  options: Parameters<TestUplink["request"]>[2] = {},
): Promise<Ended> {
  try {
    return await uplink.request(address, request, options) === undefined ? "nobody" : "reply";
  } catch (error) {
    if (error instanceof NotAskedError) return "not-asked";
    if (error instanceof NoAnswerError) return "no-answer";
    throw error;
  }
}

let known: { why: string | undefined } | undefined;

/** Why tests on NATS are left out; `undefined`: they run. */
export function whyNoNats(): string | undefined {
  known ??= { why: whyLeftOut(NatsServer.missing()) };
  return known.why;
}

/**
 * Registers a test with its own server. The stack is disposed of before the server.
 *
 * @param login the credentials that the server requires; unset: none
 */
export function testOnNats(
  name: string,
  body: (server: NatsServer, stack: AsyncDisposableStack) => Promise<void>,
  login?: Login,
): void {
  testUnless(whyNoNats(), name, async () => {
    await using server = await NatsServer.start(login);
    await using stack = new AsyncDisposableStack();
    await body(server, stack);
  });
}
