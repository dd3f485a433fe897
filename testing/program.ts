/**
 * The real program in a process of its own.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { ROOT } from "./folders.ts";
import { TextLineStream } from "./lines.ts";
import { copyMigratedFile } from "./servers/migrated_file.ts";
import { prlimit } from "./servers/prlimit.ts";
import { until } from "./until.ts";

/** The token that the suites start the program with. */
export const TOKEN = "operator-token-of-the-tests";
/** How long the program may take to be ready; it takes 1 s where nothing else runs. */
const START_MS = 60_000;
const DESCRIPTORS = 2_048;

/** How the program is started. */
export interface ProgramOptions {
  /** `null`: nobody reads its log, as where that would cost too much. @default {"piped"} */
  readonly stderr?: "piped" | "null";
  /**
   * How many files and sockets it may have open. It opens as many at its start, to count them: 40,000 would take a third
   * of a second.
   *
   * @default {2048, where there is `prlimit`}
   */
  readonly descriptors?: number;
  /** Where its code lies. @default {this version's} */
  readonly folder?: string;
  /** Whether it makes its database itself, as at an operator's first start. @default {false} */
  readonly isFirstStart?: boolean;
}

/** The program, running. */
export class Program implements AsyncDisposable {
  readonly process: Deno.ChildProcess;
  readonly #reading: Promise<void>[];
  /** What it wrote to standard output and to standard error, by line. */
  readonly out: string[] = [];
  readonly err: string[] = [];

  private constructor(
    env: Record<string, string>,
    { stderr = "piped", descriptors = DESCRIPTORS, folder = ROOT }: ProgramOptions = {},
  ) {
    const tls = ["DEVICE_TLS_CERT", "DEVICE_TLS_KEY"].flatMap((name) => env[name] ?? []);
    const deno = [
      "run",
      "--quiet",
      "-P=service",
      `--allow-read=${["./dist", "./migrations", "./src", env["DATA_DIR"], ...tls].join()}`,
      `--allow-write=${env["DATA_DIR"]}`,
      "main.ts",
    ];
    const [command, ...args] = prlimit(descriptors, deno);
    this.process = new Deno.Command(command ?? "", {
      args,
      cwd: folder,
      env: {
        HOST: "127.0.0.1",
        PORT: "0",
        DEVICE_PORT: "0",
        OPERATOR_TOKEN: TOKEN,
        GUEST_LOGIN: "1",
        ...env,
      },
      stdout: "piped",
      stderr,
    }).spawn();
    this.#reading = [collect(this.process.stdout, this.out)];
    if (stderr === "piped") this.#reading.push(collect(this.process.stderr, this.err));
  }

  /** Starts it and waits for nothing. */
  static launch(env: Record<string, string>, options: ProgramOptions = {}): Program {
    return new Program(env, options);
  }

  /**
   * Starts it on that data folder and waits until it is ready.
   */
  static async start(
    dataDir: string,
    env: Record<string, string> = {},
    options: ProgramOptions = {},
  ): Promise<Program> {
    if (needsFile(env, options)) await copyMigratedFile(`${dataDir}/kaigui.sqlite`);
    const program = new Program({ DATA_DIR: dataDir, ...env }, options);
    await until(() => program.out.some((line) => line.startsWith("kaigui ready")), {
      deadlineMs: START_MS,
      saw: () => [program.out, program.err],
    });
    return program;
  }

  get httpPort(): number {
    return this.#port("http");
  }

  get devicePort(): number {
    return this.#port("device");
  }

  get deviceTlsPort(): number {
    return this.#port("device-tls");
  }

  get url(): string {
    return `http://127.0.0.1:${this.httpPort}`;
  }

  /** The messages of its log, in words. */
  get said(): string[] {
    return this.err.map((line) => JSON.parse(line).message);
  }

  /** Sends the signal and returns how the process ended. */
  async end(signal: Deno.Signal): Promise<Deno.CommandStatus> {
    try {
      this.process.kill(signal);
    } catch {
      // It has ended already.
    }
    const status = await this.process.status;
    await Promise.all(this.#reading);
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }

  #port(name: string): number {
    const line = this.out.find((line) => line.startsWith("kaigui ready")) ?? "";
    return Number(new RegExp(`${name}=127\\.0\\.0\\.1:(\\d+)`).exec(line)?.[1]);
  }
}

/** Whether it would migrate an empty file. Another version is not up to date with this one's file. */
function needsFile(env: Record<string, string>, { folder, isFirstStart = false }: ProgramOptions): boolean {
  return !isFirstStart && folder === undefined && env["DATABASE_URL"] === undefined;
}

/** Puts each line of the stream behind the others, until it ends. */
export async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  lines: string[],
): Promise<void> {
  for await (const line of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
    lines.push(line);
  }
}

/** Reads the program's database beside it. */
export function query<Row = Record<string, unknown>>(
  dataDir: string,
  sql: string,
  ...values: string[]
): Row[] {
  using database = new DatabaseSync(`${dataDir}/kaigui.sqlite`, { readOnly: true });
  return database.prepare(sql).all(...values) as Row[];
}
