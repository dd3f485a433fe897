/**
 * A NATS server for tests.
 *
 * @module
 */
import { until } from "../until.ts";
import { freePort } from "./ports.ts";

/**
 * Runs the server and prints its process id; then sends it the signal that it reads, or kills it once its standard input
 * is closed, however that came about.
 */
const KEEPER = `"$0" "$@" & server=$!
  trap "" INT TERM HUP; echo $server
  read -r signal; kill -"\${signal:-KILL}" $server 2>/dev/null; wait $server`;

/**
 * How a server of a cluster leaves: it closes its clients' connections one by one between these two times, counted from
 * its announcement. A server accepts no shorter duration.
 */
const LEAVING = { lame_duck_grace_period: "5s", lame_duck_duration: "30s" };
/** Longest until a server that leaves has gone, on a slow machine. */
const GONE_MS = 45_000;

/** The credentials that the server requires; unset: none. */
export type Login = { readonly token: string } | { readonly user: string; readonly password: string };

/** A configuration file of the server, which sets the credentials, and the environment that the file refers to. */
export interface NatsConfig {
  readonly file: string;
  readonly env: Record<string, string>;
}

/** A server on a free port of this machine. It ends when it is disposed of, or when this process ends. */
export class NatsServer implements AsyncDisposable {
  readonly port: number;
  readonly #login: Login | undefined;
  readonly #config: NatsConfig | undefined;
  #running: { readonly keeper: Deno.ChildProcess; readonly pid: number } | undefined;

  private constructor(port: number, login: Login | undefined, config: NatsConfig | undefined) {
    this.port = port;
    this.#login = login;
    this.#config = config;
  }

  /** What this machine lacks; `undefined`: a server can be started. */
  static missing(): string | undefined {
    return binary() === undefined ? "nats-server is not installed" : undefined;
  }

  /** Creates and starts a server. */
  static async start(login?: Login, config?: NatsConfig): Promise<NatsServer> {
    const why = NatsServer.missing();
    if (why !== undefined) throw new Error(`No NATS to test on: ${why}`);
    const server = new NatsServer(freePort(), login, config);
    await server.startAgain();
    return server;
  }

  /** Creates and starts a cluster of two servers. */
  static async startPair(stack: AsyncDisposableStack): Promise<[NatsServer, NatsServer]> {
    const ports: [number, number] = [freePort(), freePort()];
    const start = async (port: number) => {
      const file = await clusterConfig(port, ports);
      stack.defer(() => Deno.remove(file));
      return stack.use(await NatsServer.start(undefined, { file, env: {} }));
    };
    return [await start(ports[0]), await start(ports[1])];
  }

  /** Its URL, with credentials. */
  get url(): string {
    return this.urlOn(this.port);
  }

  /** Its URL through another port, which is forwarded to the server. */
  urlOn(port: number, login: Login | undefined = this.#login): string {
    const { token, user = token, password } = {
      token: undefined,
      user: undefined,
      password: undefined,
      ...login,
    };
    const name = user === undefined ? "" : encodeURIComponent(user);
    const secret = password === undefined ? "" : `:${encodeURIComponent(password)}`;
    return `nats://${name}${secret}${name && "@"}127.0.0.1:${port}`;
  }

  /** Ends it in good order. Harmless when it has ended. */
  stop(): Promise<void> {
    return this.#end("TERM");
  }

  /** Ends it at once. Harmless when it has ended. */
  kill(): Promise<void> {
    return this.#end("KILL");
  }

  /** Makes it announce to its clients that it leaves (lame duck mode), which it does some seconds later. */
  announceLeaving(): void {
    if (this.#running) Deno.kill(this.#running.pid, "SIGUSR2");
  }

  /** The same, and waits until it has ended. */
  async leave(): Promise<void> {
    const { pid } = this.#running ?? {};
    if (pid === undefined) return;
    this.announceLeaving();
    await until(() => hasEnded(pid), { deadlineMs: GONE_MS });
    await this.kill();
  }

  /** Stops its process until {@linkcode resume}; the system goes on accepting connections for it. */
  pause(): void {
    if (this.#running) Deno.kill(this.#running.pid, "SIGSTOP");
  }

  resume(): void {
    if (this.#running) Deno.kill(this.#running.pid, "SIGCONT");
  }

  /** Starts it on the same port. */
  async startAgain(): Promise<void> {
    const address = ["--addr", "127.0.0.1", "--port", String(this.port)];
    const keeper = new Deno.Command("sh", {
      args: ["-c", KEEPER, binary() ?? "nats-server", ...address, ...this.#options()],
      env: this.#config?.env ?? {},
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = keeper.stdout.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    this.#running = { keeper, pid: Number(new TextDecoder().decode(value)) };
    try {
      await until(() => speaks(this.port));
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #end(signal: string): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    const writer = running.keeper.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${signal}\n`));
    await writer.close();
    await running.keeper.status;
  }

  #options(): string[] {
    if (this.#config) return ["--config", this.#config.file];
    if (!this.#login) return [];
    if ("token" in this.#login) return ["--auth", this.#login.token];
    return ["--user", this.#login.user, "--pass", this.#login.password];
  }
}

/** Writes the configuration of a cluster's server, as JSON, which a server can read. */
async function clusterConfig(port: number, all: readonly number[]): Promise<string> {
  const file = await Deno.makeTempFile({ prefix: "kaigui-nats-", suffix: ".conf" });
  const routes = all.filter((other) => other !== port).map((other) => `nats://127.0.0.1:${other}`);
  const cluster = { name: "kaigui", host: "127.0.0.1", port, routes };
  await Deno.writeTextFile(file, JSON.stringify({ cluster, ...LEAVING }));
  return file;
}

/** Whether the process has ended, though its parent has not waited for it yet. */
function hasEnded(pid: number): boolean {
  const { stdout } = new Deno.Command("ps", { args: ["-o", "stat=", "-p", `${pid}`] }).outputSync();
  return !/^[^Z]/.test(new TextDecoder().decode(stdout).trim());
}

/** Debian puts it where only root's path leads. */
function binary(): string | undefined {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin"];
  return folders.map((folder) => `${folder}/nats-server`).find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Whether a server answers on the port. */
async function speaks(port: number): Promise<boolean> {
  try {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    return await conn.read(new Uint8Array(4)) === 4;
  } catch {
    return false;
  }
}
