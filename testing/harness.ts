/**
 * What the end-to-end suites share: the real program in a process of its own, the operator's calls, a person's
 * socket, a device written from the facts, and waiting with a deadline.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { removeFolder } from "../src/lib/remove_folder.ts";
import { TextLineStream } from "./lines.ts";
import { isDeclared } from "./declared_answers.ts";
import { prlimit } from "./servers/prlimit.ts";

/** The token that the suites start the program with. */
export const TOKEN = "operator-token-of-the-tests";
/** The project's folder, as a path that ends with a slash. */
export const ROOT = new URL("..", import.meta.url).pathname;

/** Waits until `look` gives something; past the deadline the error tells what `saw` says. */
export async function until<T>(
  look: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  { deadlineMs = 30_000, saw = () => "nothing" }: { deadlineMs?: number; saw?: () => unknown } = {},
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  while (true) {
    const found = await look();
    if (found !== undefined && found !== false && found !== null) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs} ms in vain; saw ${Deno.inspect(saw())}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A folder that goes with the test. */
export async function tempFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "kaigui-test-" });
  return { path, [Symbol.asyncDispose]: () => removeFolder(path) };
}

/** How long the program may take to be ready; it takes 1 s where nothing else runs. */
const START_MS = 60_000;

/** How the program is started. */
export interface ProgramOptions {
  /** `null`: nobody reads its log, as where that would cost too much. @default {"piped"} */
  readonly stderr?: "piped" | "null";
  /** How many files and sockets it may have open. @default {as many as the suite} */
  readonly descriptors?: number;
  /** Where its code lies. @default {this version's} */
  readonly folder?: string;
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
    { stderr = "piped", descriptors, folder = ROOT }: ProgramOptions = {},
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
    const [command, ...args] = descriptors === undefined
      ? [Deno.execPath(), ...deno]
      : prlimit(descriptors, deno);
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

/** Puts each line of the stream behind the others, until it ends. */
export async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  lines: string[],
): Promise<void> {
  for await (const line of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
    lines.push(line);
  }
}

/** How the API is called. */
interface ApiCallOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Whether another version answers, or has written what is answered, in words that this one does not declare. */
  readonly isOtherVersion?: boolean;
}

/** Calls the operator's API. The answer must be what its route declares. */
export async function api(
  program: { url: string },
  method: string,
  path: string,
  { body, headers = {}, isOtherVersion = false }: ApiCallOptions = {},
  // deno-lint-ignore no-explicit-any
): Promise<{ status: number; type: string; body: any }> {
  const response = await fetch(`${program.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = {
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    body: text === "" ? undefined : JSON.parse(text),
  };
  if (!isOtherVersion) isDeclared(method, path, answer);
  return answer;
}

/** Puts an 8A cabinet whose registration is its id, and of which everybody opens everything. */
export async function putCabinet(
  program: { url: string },
  id: string,
  more: Record<string, unknown> = {},
): Promise<void> {
  const body = {
    name: id,
    board: "8a",
    registration: { text: `REG-${id}` },
    mode: "open",
    cells: { count: 24 },
    ...more,
  };
  const { status, body: answer } = await api(program, "PUT", `/cabinets/${id}`, { body });
  if (status !== 201 && status !== 200) throw new Error(`PUT ${id}: ${status} ${JSON.stringify(answer)}`);
}

/** Waits until the cabinet is online, or not. */
export async function untilOnline(program: { url: string }, id: string, online = true): Promise<void> {
  await until(async () => (await api(program, "GET", `/cabinets/${id}`)).body.online === online);
}

/** What a proxy adds that has the request from there; nothing, where none is in between. */
function forwardedFor(from: string | undefined): Record<string, string> {
  return from === undefined ? {} : { "x-forwarded-for": from };
}

/**
 * The session cookie of a new guest.
 *
 * @param from the address that a trusted proxy says the guest has
 */
export async function guestCookie(
  program: { url: string },
  cabinet: string,
  from?: string,
): Promise<string> {
  const response = await fetch(`${program.url}/c/${cabinet}`, { headers: forwardedFor(from) });
  await response.body?.cancel();
  return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

/** A message from the server, loosely typed: suites say what they expect of it. */
// deno-lint-ignore no-explicit-any
export type Message = Record<string, any>;

/** How many of a page's last messages a wait shows that was in vain. */
const MESSAGES_SHOWN = 20;

/** A person's socket. */
export class Page implements AsyncDisposable {
  readonly messages: Message[] = [];
  /** Hears each message as it comes. */
  heard: (message: Message) => void = () => {};
  readonly #socket: WebSocket;
  readonly #closed = Promise.withResolvers<CloseEvent>();
  #closedBy: CloseEvent | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      this.messages.push(message);
      this.heard(message);
    };
    socket.onclose = (event) => {
      this.#closedBy = event;
      this.#closed.resolve(event);
    };
  }

  /**
   * Connects and waits for the welcome.
   *
   * @param from the address that a trusted proxy says the person has
   */
  static async open(
    program: { url: string },
    cabinet: string,
    cookie: string,
    from?: string,
  ): Promise<Page> {
    const url = `${program.url.replace("http", "ws")}/ws?cabinet=${cabinet}`;
    const page = new Page(new WebSocket(url, { headers: { cookie, ...forwardedFor(from) } }));
    const welcomed = Promise.withResolvers<void>();
    page.heard = ({ type }) => type === "welcome" && welcomed.resolve();
    await Promise.race([page.closed, welcomed.promise]);
    page.heard = () => {};
    if (page.#closedBy) throw new Error(`The socket on ${cabinet} was closed before the welcome`);
    return page;
  }

  /** Resolves when the server has closed the socket. */
  get closed(): Promise<CloseEvent> {
    return this.#closed.promise;
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** Taps a cell and returns the tap's id. */
  tap(cell: number, id: string = crypto.randomUUID()): string {
    this.send({ type: "open", id, cell });
    return id;
  }

  /**
   * The first message that the test accepts, waiting for it.
   *
   * @throws {Error} if the socket is closed before it comes
   */
  until(test: (message: Message) => boolean, deadlineMs = 30_000): Promise<Message> {
    const saw = () => this.messages.slice(-MESSAGES_SHOWN);
    return until(() => {
      const message = this.messages.find(test);
      if (message || !this.#closedBy) return message;
      const { code, reason } = this.#closedBy;
      throw new Error(`The socket was closed with ${code} ${reason}; saw ${Deno.inspect(saw())}`);
    }, { deadlineMs, saw });
  }

  /** How the tap ended: its final message, or the error that it was refused with. */
  outcome(id: string): Promise<Message> {
    return this.until((message) =>
      message["id"] === id && (message["type"] === "error" ||
        message["type"] === "command" && !["requested", "sent"].includes(message["state"]))
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState !== WebSocket.CLOSED) {
      this.#socket.close();
      await this.#closed.promise;
    }
  }
}

/** A DTU with one 8A board, written from the facts alone. Answers reads; opens are answered by `onOpen`. */
export class Device implements AsyncDisposable {
  readonly conn: Deno.TcpConn | Deno.TlsConn;
  /** Every frame that came, in hex, with when. */
  readonly frames: { hex: string; at: number }[] = [];
  readonly open = new Set<number>();
  /** What to answer to an open: the state byte, or nothing. */
  onOpen: (lock: number) => number | undefined = (lock) => {
    this.open.add(lock);
    return 0x00;
  };
  /** Whether reads are answered. */
  readsAnswered = true;
  /** How long the board takes to answer, in milliseconds. */
  answerMs = 0;
  readonly #running: Promise<void>;

  private constructor(conn: Deno.TcpConn | Deno.TlsConn) {
    this.conn = conn;
    this.#running = this.#run();
  }

  /** Connects and says who it is. */
  static async connect(program: { devicePort: number }, registration: string | Uint8Array): Promise<Device> {
    return await Device.#register(
      await Deno.connect({ hostname: "127.0.0.1", port: program.devicePort }),
      registration,
    );
  }

  /**
   * The same over TLS.
   *
   * @param certificate what the program has to show, in PEM
   * @throws {Deno.errors.InvalidData} if it shows another one
   */
  static async connectTls(
    program: { deviceTlsPort: number },
    registration: string | Uint8Array,
    certificate: string,
  ): Promise<Device> {
    const address = { hostname: "127.0.0.1", port: program.deviceTlsPort };
    return await Device.#register(
      await Deno.connectTls({ ...address, caCerts: [certificate] }),
      registration,
    );
  }

  static async #register(
    conn: Deno.TcpConn | Deno.TlsConn,
    registration: string | Uint8Array,
  ): Promise<Device> {
    const bytes = typeof registration === "string" ? new TextEncoder().encode(registration) : registration;
    const device = new Device(conn);
    try {
      await device.send(bytes);
      return device;
    } catch (error) {
      await device[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Resolves when the connection is gone. */
  get ended(): Promise<void> {
    return this.#running;
  }

  /** The opens among the frames. */
  get opens(): string[] {
    return this.frames.map(({ hex }) => hex).filter((hex) => hex.startsWith("8A"));
  }

  async send(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.conn.write(bytes.subarray(sent));
  }

  /** A door moves and the board says so by itself. */
  async report(lock: number, open: boolean): Promise<void> {
    if (open) this.open.add(lock);
    else this.open.delete(lock);
    await this.#answer([0x82, 1, lock, open ? 0x00 : 0x11]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.conn[Symbol.dispose]();
    await this.#running;
  }

  async #run(): Promise<void> {
    const buffer = new Uint8Array(1024);
    let held: number[] = [];
    try {
      while (true) {
        const length = await this.conn.read(buffer);
        if (length === null) return;
        held.push(...buffer.subarray(0, length));
        for (; held.length >= 5; held = held.slice(5)) await this.#frame(held.slice(0, 5));
      }
    } catch {
      // The other side or the test has closed it.
    } finally {
      this.conn[Symbol.dispose]();
    }
  }

  async #frame(frame: number[]): Promise<void> {
    const [head = 0, board = 0, lock = 0] = frame;
    const hex = frame.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
    this.frames.push({ hex, at: Date.now() });
    if (this.answerMs > 0) await new Promise((resolve) => setTimeout(resolve, this.answerMs));
    if (head === 0x8a) {
      const state = this.onOpen(lock);
      if (state !== undefined) await this.#answer([0x8a, board, lock, state]);
    } else if (this.readsAnswered) await this.#answer(this.#reading(board, lock));
  }

  /** Wired "short when locked": 11, or bit 1, is closed. */
  #reading(board: number, lock: number): number[] {
    if (lock > 0) return [0x80, board, lock, this.open.has(lock) ? 0x00 : 0x11];
    let closed = 0xffffff;
    for (const open of this.open) closed &= ~(1 << (open - 1));
    return [0x80, board, closed >> 16 & 0xff, closed >> 8 & 0xff, closed & 0xff, 0x33];
  }

  async #answer(bytes: number[]): Promise<void> {
    await this.send(Uint8Array.from([...bytes, bytes.reduce((xor, byte) => xor ^ byte, 0)]));
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
