/**
 * What the tests of the command line share.
 *
 * @module
 */
import type { Writable } from "node:stream";
import { type Service, startService } from "../../src/app/service.ts";
import { readSettings } from "../../src/app/settings/settings.ts";
import type { AskOptions } from "../../src/cli/ask_line.ts";
import type { Io } from "../../src/cli/io.ts";
import { run } from "../../src/cli/program.ts";
import { tempFolder } from "../folders.ts";
import { copyMigratedFile } from "../servers/migrated_file.ts";

/** The token of the services that tests start. */
export const TOKEN = "operator-token-of-the-tests";
const DEADLINE_MS = 30_000;
/** While the service counts descriptors all of these are taken: other tests of this process need some, too. */
const FEW = { descriptorsMax: 1_024 };
const LOOK_MS = 10;

/** An outside without a terminal that remembers what was said. */
export class TestIo implements Io {
  readonly out: string[] = [];
  readonly err: string[] = [];
  readonly bytes: Uint8Array[] = [];
  readonly columns: number | undefined;
  /** Where progress is drawn; none unless a test has one. */
  terminal: Writable | undefined;
  /** Happens with each part of a long answer. */
  sending: () => void | Promise<void> = () => {};
  /** What the person answers when asked, and what they were asked; `undefined`: nobody is there to ask. */
  answer: boolean | undefined;
  asked: string | undefined;
  /** What the person types when asked for lines, one after the other; none: there is no terminal. */
  lines: string[] | undefined;
  /** The questions for these lines, those whose answers are not shown with a `*` at the end. */
  readonly questions: string[] = [];
  input: string | Uint8Array = "";
  readonly #env: Readonly<Record<string, string>>;
  readonly #interrupt = Promise.withResolvers<void>();

  /** @param columns of the terminal; 0 is none */
  constructor(env: Readonly<Record<string, string>> = {}, columns = 0) {
    this.#env = env;
    this.columns = columns || undefined;
  }

  say(line: string): void {
    this.out.push(line);
  }
  draw(text: string): void {
    this.out.push(text);
  }
  warn(line: string): void {
    this.err.push(line);
  }
  write(bytes: Uint8Array): void {
    this.bytes.push(bytes);
  }
  async send(bytes: Uint8Array): Promise<void> {
    await this.sending();
    this.bytes.push(bytes);
  }
  env(name: string): string | undefined {
    return this.#env[name];
  }
  get canAsk(): boolean {
    return this.answer !== undefined;
  }
  confirm(question: string): Promise<boolean> {
    this.asked = question;
    return Promise.resolve(this.answer ?? false);
  }
  ask(question: string, { hidden = false }: AskOptions = {}): Promise<string | undefined> {
    this.questions.push(hidden ? `${question}*` : question);
    return Promise.resolve(this.lines?.shift());
  }
  stdin(): Promise<Uint8Array> {
    return Promise.resolve(
      typeof this.input === "string" ? new TextEncoder().encode(this.input) : this.input,
    );
  }
  interrupted(): Promise<void> {
    return this.#interrupt.promise;
  }

  /** Presses Ctrl-C. */
  interrupt(): void {
    this.#interrupt.resolve();
  }

  /** What was written as bytes. */
  get sent(): string {
    return new TextDecoder().decode(Uint8Array.from(this.bytes.flatMap((bytes) => [...bytes])));
  }

  get text(): string {
    return this.out.join("\n");
  }
}

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command to its end. */
export async function kaigui(args: readonly string[], io = new TestIo()): Promise<Ended> {
  const code = await run(args, io);
  return { code, out: io.text, err: io.err.join("\n") };
}

/** The real service on a folder of its own. */
export interface TestService extends AsyncDisposable {
  readonly service: Service;
  readonly folder: string;
  /** The environment in which the command line finds it. */
  readonly env: Record<string, string>;
}

/** Starts the service on free ports, with these settings beside. */
export async function testService(settings: Readonly<Record<string, string>> = {}): Promise<TestService> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder()).path;
  await copyMigratedFile(`${folder}/kaigui.sqlite`);
  const given: Record<string, string> = {
    HOST: "127.0.0.1",
    PORT: "0",
    DEVICE_PORT: "0",
    DATA_DIR: folder,
    OPERATOR_TOKEN: TOKEN,
    ...settings,
  };
  const service = stack.use(await startService(readSettings((name) => given[name]), FEW));
  const env = {
    PORT: String(service.http.port),
    DEVICE_PORT: String(service.device.port),
    OPERATOR_TOKEN: TOKEN,
    DATA_DIR: folder,
  };
  const resources = stack.move();
  return { service, folder, env, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** A service whose answers are the test's own. */
export interface FakeService extends AsyncDisposable {
  readonly url: string;
}

/** Starts a service that answers so. */
export function fakeService(answer: (request: Request) => Response | Promise<Response>): FakeService {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  return { url: `http://127.0.0.1:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Passes requests on to a service, once the test has seen them; what it answers itself is passed on to nobody. */
export function serviceBehind(
  service: { readonly url: string },
  see: (request: Request) => Promise<Response | void>,
): FakeService {
  return fakeService(async (request) => {
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    const body = method === "GET" ? null : await request.bytes();
    return await see(request) ?? await fetch(`${service.url}${pathname}${search}`, { method, headers, body });
  });
}

/** Waits until `look` gives something; past the deadline the error tells what `saw` says. */
export async function until<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  saw: () => unknown = () => "nothing",
): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  while (true) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited in vain; saw ${JSON.stringify(saw())}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
