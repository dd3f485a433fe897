/**
 * A Postgres for tests.
 *
 * @module
 */
import { binaries, missing, userOfServer } from "./installed_postgres.ts";
import { ask, createDatabase } from "../sql.ts";
import { freePort } from "./ports.ts";

/** Waits until its standard input is closed, however that came about, and clears up. */
const KEEPER = `trap "" INT TERM HUP; read -r _
  "$0/pg_ctl" stop --mode=immediate --pgdata="$1/data"; rm -rf "$1"`;

const decoder = new TextDecoder();

/** A server on a free port of this machine. It ends, and its folder is removed, with its disposal or with this process. */
export class PostgresServer implements AsyncDisposable {
  readonly #folder: string;
  readonly #port: number;
  /** Part of every URL, so that a test sees it if a URL gets into a log. */
  readonly #password = crypto.randomUUID();
  readonly #keeper: Deno.ChildProcess;
  readonly #connectionsMax: number;
  #running = false;
  #disposed: Promise<void> | undefined;

  private constructor(folder: string, { port, connectionsMax }: { port: number; connectionsMax: number }) {
    this.#connectionsMax = connectionsMax;
    this.#folder = folder;
    this.#port = port;
    this.#keeper = this.#command("sh", ["-c", KEEPER, binaries() ?? "", folder], { stdin: "piped" }).spawn();
  }

  /** What this machine lacks; `undefined`: a server can be started. */
  static missing(): string | undefined {
    return missing();
  }

  /**
   * Creates and starts a server.
   *
   * @param options.connectionsMax how many connections it takes @default {100}, as usual
   */
  static async start({ connectionsMax = 100 }: { connectionsMax?: number } = {}): Promise<PostgresServer> {
    const folder = await Deno.makeTempDir({ prefix: "kaigui-postgres-" });
    const server = new PostgresServer(folder, { port: freePort(), connectionsMax });
    try {
      await server.#initialize();
      await server.startAgain();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The URL of a database of the server. */
  url(database = "postgres"): string {
    return `postgres://kaigui:${this.#password}@127.0.0.1:${this.#port}/${database}`;
  }

  /** Creates an empty database. @returns its URL */
  createDatabase(): Promise<string> {
    return createDatabase(this.url());
  }

  /** Runs the statement. @returns the server's answer */
  query<Row = Record<string, unknown>>(sql: string, url: string = this.url()): Promise<Row[]> {
    return ask<Row>(url, sql);
  }

  /** Ends all other connections. */
  async killBackends(): Promise<void> {
    await this.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
      where pid <> pg_backend_pid() and backend_type = 'client backend'`,
    );
  }

  /** Stops it: `fast` ends connections in good order, `immediate` is a crash. Harmless when it has ended. */
  async stop(mode: "fast" | "immediate" = "fast"): Promise<void> {
    if (!this.#running) return;
    await this.#run("pg_ctl", ["stop", "--wait", `--mode=${mode}`, `--pgdata=${this.#data}`]);
    this.#running = false;
  }

  /** Starts it with the same port and data. */
  async startAgain(): Promise<void> {
    const log = `${this.#folder}/log`;
    const options =
      `-p ${this.#port} -c max_connections=${this.#connectionsMax} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${this.#folder}`;
    try {
      await this.#run("pg_ctl", ["start", "--wait", `--pgdata=${this.#data}`, "--log", log, "-o", options]);
    } catch (cause) {
      throw new Error(`Postgres did not start:\n${await Deno.readTextFile(log).catch(() => "")}`, { cause });
    }
    this.#running = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposed ??= this.#clearUp();
  }

  async #clearUp(): Promise<void> {
    await this.#keeper.stdin.close();
    await this.#keeper.status;
  }

  get #data(): string {
    return `${this.#folder}/data`;
  }

  async #initialize(): Promise<void> {
    const pwfile = `${this.#folder}/password`;
    await Deno.writeTextFile(pwfile, this.#password);
    const { uid = null, gid = null } = userOfServer();
    for (const path of [this.#folder, pwfile]) await Deno.chown(path, uid, gid);
    await this.#run("initdb", [
      `--pgdata=${this.#data}`,
      "--username=kaigui",
      `--pwfile=${pwfile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      // Only initdb's own files are not synced: the server syncs, since the program relies on it.
      "--no-sync",
    ]);
  }

  async #run(name: string, args: readonly string[]): Promise<void> {
    const command = this.#command(`${binaries()}/${name}`, args, { stdout: "piped", stderr: "piped" });
    const { code, stdout, stderr } = await command.output();
    if (code !== 0) throw new Error(`${name} failed:\n${decoder.decode(stdout)}${decoder.decode(stderr)}`);
  }

  #command(name: string, args: readonly string[], options: Deno.CommandOptions): Deno.Command {
    const silent = { stdin: "null", stdout: "null", stderr: "null" } as const;
    const user = userOfServer();
    return new Deno.Command(name, {
      args: [...args],
      cwd: "/",
      env: { LC_ALL: "C" },
      ...silent,
      ...user,
      ...options,
    });
  }
}
