/**
 * The program under conditions that need a process of their own: no file descriptors left, errors that no code catches.
 * Writes the results to standard output.
 *
 * @module
 */
import { serve } from "../rigs/http_server.ts";
import { IsolateThread } from "../../src/app/isolate/thread.ts";
import { startService } from "../../src/app/service.ts";
import { readSettings } from "../../src/app/settings/settings.ts";
import type { IsolateOptions } from "../../src/app/isolate/options.ts";
import { Supervisor } from "../../src/app/supervisor.ts";
import { startLog } from "../../src/observability/log.ts";
import { until } from "../until.ts";

const FILE = new URL(import.meta.url);
const TABLE_MAX = 4_096;
const SECRET = "secret-of-the-tests-0123456789";
const SETTINGS = readSettings((name) => ({ HOST: "127.0.0.1", PORT: "0", DEVICE_PORT: "0" })[name]);

/** Opens files until there is no descriptor left. */
function takeAll(): Disposable {
  const taken = new DisposableStack();
  try {
    for (let count = 0; count < TABLE_MAX; count++) taken.use(Deno.openSync(FILE));
  } catch {
    return taken;
  }
  throw new Error(`More than ${TABLE_MAX} descriptors are free`);
}

function say(what: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${what}\n`));
}

/** A server that cannot accept connections for a while accepts again afterwards. */
async function acceptsAgain(): Promise<void> {
  using rig = await serve(() => new Response("here"), { times: { attemptEveryMs: 100 } });
  {
    using taken = new DisposableStack();
    const reserve = taken.use(await Deno.open(FILE));
    taken.use(takeAll());
    reserve.close();
    // The client takes the last descriptor, so none is left to accept it. The server's own attempt may be quicker.
    const connect = () => Deno.connect({ hostname: "127.0.0.1", port: rig.port }).catch(() => undefined);
    using _ = await until(connect);
    await new Promise((resolve) => setTimeout(resolve, 300));
    say(`accepted ${rig.server.connections} while there was no descriptor`);
  }
  await until(async () => {
    const response = await fetch(`http://127.0.0.1:${rig.port}/`, { signal: AbortSignal.timeout(500) })
      .catch(() => undefined);
    return await response?.text() === "here";
  });
  say("accepts again");
}

/** An isolate that dies while there is no descriptor is started once there is one. */
async function startsAgain(dataFolder: string): Promise<void> {
  const threads: IsolateThread[] = [];
  const supervisor = await Supervisor.start(
    { ...SETTINGS, dataFolder, sessionSecret: SECRET, operatorToken: SECRET },
    startLog(),
    (options: IsolateOptions) => threads[options.index] = new IsolateThread(options),
  );
  {
    using taken = new DisposableStack();
    taken.use(takeAll());
    threads[0]?.kill("the test ends it");
    // The isolate's descriptors are free a moment later, and are taken too, for longer than a restart takes.
    for (const endAt = Date.now() + 3_000; Date.now() < endAt;) {
      taken.use(takeAll());
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    say("lives without descriptors");
  }
  const { port } = supervisor.listening.http;
  const asked = () => fetch(`http://127.0.0.1:${port}/healthz`).then((response) => response.text());
  await until(() => asked().catch(() => undefined));
  say("starts again");
  await supervisor.stop();
}

/** Errors that no code catches, in the main thread and in an isolate, end neither. */
async function goesOn(dataDir: string): Promise<void> {
  const workers: Worker[] = [];
  const OwnWorker = globalThis.Worker;
  globalThis.Worker = class extends OwnWorker {
    constructor(...args: ConstructorParameters<typeof OwnWorker>) {
      super(...args);
      workers.push(this);
    }
  };
  await using service = await startService({ ...SETTINGS, dataDir, operatorToken: SECRET });
  void Promise.reject(new Error("a promise of the main thread"));
  setTimeout(() => {
    throw new Error("a timer of the main thread");
  });
  // The isolate's code expects a message with a type.
  for (const worker of workers) worker.postMessage(null);
  const figures = async () => {
    const response = await fetch(`http://127.0.0.1:${service.http.port}/metrics`);
    return (await response.text()).split("\n");
  };
  const isToldOf = async (figure: string) => (await figures()).includes(figure);
  await until(() => isToldOf('kaigui_failures_total{kind="unhandled"} 3'), { saw: figures });
  await until(() => isToldOf('kaigui_isolate_restarts_total{isolate="0"} 0'), { saw: figures });
  say("goes on");
}

const SCENARIOS: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  acceptsAgain,
  startsAgain,
  goesOn,
};

if (import.meta.main) {
  const [name = "", folder = ""] = Deno.args;
  // Half a second after its start the runtime takes two descriptors for signals, and panics if there are none.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await SCENARIOS[name]?.(folder);
  Deno.exit(0);
}
