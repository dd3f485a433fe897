/**
 * A pooler in front of the tests' Postgres, as hosting services for databases have one.
 *
 * @module
 */
import { until } from "../until.ts";
import { freePort } from "./ports.ts";
import { PostgresServer } from "./postgres.ts";
import { userOfServer } from "./installed_postgres.ts";
import { ask } from "../sql.ts";

/** Runs the pooler until its standard input is closed, however that came about. */
const KEEPER = `"$0" "$@" & pooler=$!
  trap "" INT TERM HUP; read -r _; kill -KILL $pooler; wait $pooler`;

/** For how long a client keeps a connection to the server: its transaction, or one statement. */
export type PoolMode = "transaction" | "statement";

/** A PgBouncer on a free port. It ends when it is disposed of, or when this process ends. */
export class PgBouncer implements AsyncDisposable {
  readonly #folder: string;
  readonly #port: number;
  readonly #keeper: Deno.ChildProcess;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.#keeper = new Deno.Command("sh", {
      args: ["-c", KEEPER, binary() ?? "pgbouncer", "--quiet", `${folder}/pgbouncer.ini`],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      ...userOfServer(),
    }).spawn();
  }

  /** What this machine lacks; `undefined`: one can be started. */
  static missing(): string | undefined {
    return PostgresServer.missing() ?? (binary() === undefined ? "pgbouncer is not installed" : undefined);
  }

  /** Starts a pooler in front of the server. */
  static async start(server: PostgresServer, mode: PoolMode): Promise<PgBouncer> {
    const folder = await Deno.makeTempDir({ prefix: "kaigui-pgbouncer-" });
    const port = freePort();
    const { username, password, port: serverPort } = new URL(server.url());
    const files = {
      "users.txt": `"${username}" "${password}"\n`,
      "pgbouncer.ini": `[databases]
* = host=127.0.0.1 port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${folder}/users.txt
pool_mode = ${mode}
default_pool_size = 6
`,
    };
    const { uid = null, gid = null } = userOfServer();
    await Deno.chown(folder, uid, gid);
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      await Deno.chown(`${folder}/${name}`, uid, gid);
    }
    const pooler = new PgBouncer(folder, port);
    try {
      await until(() => ask(pooler.through(server.url()), "select 1").then(() => true, () => false));
      return pooler;
    } catch (error) {
      await pooler[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The URL of the same database through the pooler. */
  through(url: string): string {
    const way = new URL(url);
    way.port = String(this.#port);
    return way.href;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper.stdin.close();
    await this.#keeper.status;
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Debian puts it where only root's path leads. */
function binary(): string | undefined {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin"];
  return folders.map((folder) => `${folder}/pgbouncer`).find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
