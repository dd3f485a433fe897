/**
 * The example controller in C (`examples/controller-c/`): compiled once, and run as a process.
 *
 * @module
 */
import { tempFolder } from "../../testing/folders.ts";
import { until } from "../../testing/until.ts";
import { TextLineStream } from "../../testing/lines.ts";
import { testUnless, whyLeftOut } from "../../testing/test_run.ts";

const SOURCES = new URL("../../examples/controller-c/", import.meta.url).pathname;
/** What the example has to pass without a word of the compiler's. */
const STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", "-D_POSIX_C_SOURCE=200809L"];
/** A mistake of memory or arithmetic ends the program, where the machine has the libraries for it. */
const SANITIZED = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
/** How long the program may take to end when its standard input does. */
const QUIT_MS = 5_000;

let known: { why: string | undefined } | undefined;

/** Why tests that compile the controller are left out; `undefined`: they run. */
export function whyNoCompiler(): string | undefined {
  known ??= { why: whyLeftOut(hasCompiler() ? undefined : "cc is not installed") };
  return known.why;
}

/** Registers a test that needs the controller. */
export function testController(name: string, body: () => Promise<void>): void {
  testUnless(whyNoCompiler(), name, body);
}

let compiled: Promise<string> | undefined;

/**
 * The path of the program, which is compiled when it is asked for first and goes with this process.
 *
 * @throws {Error} if it does not compile without a warning
 */
export function compileController(): Promise<string> {
  return compiled ??= compile();
}

async function compile(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "kaigui-controller-" });
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const path = `${folder}/controller`;
  // Where the sanitizers' libraries are missing it has to do without; what is wrong in the code fails both times.
  const mistakes = await mistakesOf(path, [...STRICT, ...SANITIZED]) && await mistakesOf(path, STRICT);
  if (mistakes) throw new Error(`Cannot compile the controller:\n${mistakes}`);
  return path;
}

/** What the compiler says; empty: nothing, and the program is there. */
async function mistakesOf(path: string, options: string[]): Promise<string> {
  const names = (await Array.fromAsync(Deno.readDir(SOURCES))).map(({ name }) => name);
  const sources = names.filter((name) => name.endsWith(".c"));
  const compiler = new Deno.Command("cc", { args: [...options, "-o", path, ...sources], cwd: SOURCES });
  const { success, stderr } = await compiler.output();
  const said = new TextDecoder().decode(stderr);
  return success ? said : said || "cc failed";
}

function hasCompiler(): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/cc`).isFile;
    } catch {
      return false;
    }
  });
}

/** What a controller is started with. */
export interface ControllerOptions {
  /** Where the service, or who stands in for it, takes devices. */
  readonly port: number;
  readonly cabinet: string;
  readonly secret: string;
  /** @default 8 */
  readonly locks?: number;
  /** Name of the log of events, where no state file has another. @default made by the controller */
  readonly log?: string;
  /** Keeps log and events over a restart. @default none */
  readonly stateFile?: string;
  /** @default true */
  readonly sensors?: boolean;
}

/** The program, running. It ends in good order when it is disposed of; that it did not is an error. */
export class ControllerProcess implements AsyncDisposable {
  /** What it said, by line. */
  readonly lines: string[] = [];
  readonly #process: Deno.ChildProcess;
  readonly #folder: AsyncDisposable;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  readonly #complaints: Promise<string>;
  #found = 0;
  #isKilled = false;
  #ended: Promise<void> | undefined;

  private constructor(path: string, { args, folder }: { args: string[]; folder: AsyncDisposable }) {
    this.#process = new Deno.Command(path, { args, stdin: "piped", stdout: "piped", stderr: "piped" })
      .spawn();
    this.#folder = folder;
    this.#commands = this.#process.stdin.getWriter();
    this.#reading = this.#read();
    this.#complaints = new Response(this.#process.stderr).text();
  }

  /** Starts it, and does not wait until it is connected. It dials by itself. */
  static async start(options: ControllerOptions): Promise<ControllerProcess> {
    const path = await compileController();
    const folder = await tempFolder();
    const secretFile = `${folder.path}/secret`;
    await Deno.writeTextFile(secretFile, `${options.secret}\n`);
    return new ControllerProcess(path, { args: argumentsOf(options, secretFile), folder });
  }

  /**
   * Waits for a line after the one that was found last, and returns it.
   *
   * @param deadlineMs how long it may take @default 10_000
   */
  async until(pattern: RegExp | string, deadlineMs = 10_000): Promise<string> {
    const fits = (line: string) => typeof pattern === "string" ? line === pattern : pattern.test(line);
    const at = await until(() => {
      const index = this.lines.findIndex((line, index) => index >= this.#found && fits(line));
      return index < 0 ? undefined : { index };
    }, { deadlineMs, saw: () => this.lines.slice(this.#found) });
    this.#found = at.index + 1;
    return this.lines[at.index] ?? "";
  }

  /** Gives it a command: `close 3`, `force 3`, `jam 3`, `unjam 3`, `cut`, `dial`, `quit`. */
  async say(command: string): Promise<void> {
    await this.#commands.write(new TextEncoder().encode(`${command}\n`));
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    this.#isKilled = true;
    this.#process.kill("SIGKILL");
    await this[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#ended ??= this.#end();
  }

  async #end(): Promise<void> {
    // It may have ended by itself.
    await this.#commands.close().catch(() => {});
    const killing = setTimeout(() => this.#process.kill("SIGKILL"), QUIT_MS);
    const { success, code } = await this.#process.status;
    clearTimeout(killing);
    await this.#reading;
    const complaints = await this.#complaints;
    await this.#folder[Symbol.asyncDispose]();
    if (this.#isKilled) return;
    if (!success || complaints !== "") throw new Error(`The controller ended with ${code}: ${complaints}`);
  }

  async #read(): Promise<void> {
    const text = this.#process.stdout.pipeThrough(new TextDecoderStream());
    for await (const line of text.pipeThrough(new TextLineStream())) this.lines.push(line);
  }
}

function argumentsOf(options: ControllerOptions, secretFile: string): string[] {
  const { port, cabinet, locks, log, stateFile, sensors } = options;
  return [
    ...["--host", "127.0.0.1", "--port", `${port}`, "--cabinet", cabinet, "--secret-file", secretFile],
    ...locks === undefined ? [] : ["--locks", `${locks}`],
    ...log === undefined ? [] : ["--log", log],
    ...stateFile === undefined ? [] : ["--state-file", stateFile],
    ...sensors === false ? ["--no-sensors"] : [],
  ];
}
