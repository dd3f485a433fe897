/**
 * Many cabinets of one program that disconnect and reconnect all at once, while people tap on cabinets that stayed; and
 * the memory of an idle cabinet.
 *
 *     deno run -A bench/returns.ts [cabinets] [isolates]
 *
 * With `DATABASE_URL` naming an empty database it runs on Postgres.
 *
 * @module
 */
import { cabinetBody } from "../src/cabinet/description_body.ts";
import { openDatabase } from "../src/db/mod.ts";
import { CabinetCatalog, ControllerSecrets } from "../src/locker/mod.ts";
import { LocalRouter } from "../src/router/mod.ts";
import { guestCookie, Page } from "../testing/page.ts";
import { Program } from "../testing/program.ts";
import { registrationOf } from "./_returns_devices.ts";
import { say } from "./_rig.ts";
import { memoryOf, pause, percentiles, tapUntil } from "./_taps.ts";

/** Cabinets that stay, and people who tap on them. */
const STAY = 200;
const PEOPLE = 50;
/** Taps per second of all people together. */
const TAPS_PER_SECOND = 100;
const SETTLE_MS = 15_000;
const LOOK_MS = 50;
const CELLS = 24;

const folder = await Deno.makeTempDir({ prefix: "kaigui-bench-" });
const count = Number(Deno.args[0] ?? 15_000);
const isolates = Deno.args[1] ?? "1";
const url = Deno.env.get("DATABASE_URL");
async function run(program: Program): Promise<void> {
  await pause(SETTLE_MS / 5);
  const empty = await memoryOf(program.process.pid);
  say(`${count} cabinets, ${isolates} isolates, ${url ? "Postgres" : "SQLite"}; devices dial`);
  await using stay = new Devices(program);
  await using roam = new Devices(program);
  await stay.dial(0, STAY);
  await roam.dial(STAY, count);
  say(
    `first registration of ${count}: ${await untilRegistered(
      program,
      count,
    )} ms after the last had connected`,
  );
  await pause(SETTLE_MS);
  const idle = await memoryOf(program.process.pid);
  say(`idle: ${((idle - empty) / count).toFixed(2)} KiB each over ${empty} KiB of the empty program`);

  const pages = await people(program);
  say(`taps before: ${await taps(pages, pause(5_000))}`);
  await roam.drop();
  await untilRegistered(program, STAY);
  const from = performance.now();
  const returning = (async () => {
    await roam.dial(STAY, count);
    await untilRegistered(program, count);
    return performance.now() - from;
  })();
  const watching = longestLag(program, returning);
  say(`taps meanwhile: ${await taps(pages, returning)}`);
  say(`the program's event loop was late by ${await watching} ms at most`);
  say(`all ${count - STAY} came back within ${Math.round(await returning)} ms`);
  for (const page of pages) await page[Symbol.asyncDispose]();
}

/** Creates the cabinets in the database, since the API would take long. */
async function furnish(): Promise<void> {
  await using db = await openDatabase({ folder, url });
  const cabinets = new CabinetCatalog(db, {
    router: new LocalRouter(),
    secrets: new ControllerSecrets("the secret of the bench"),
    wallClock: Date.now,
  });
  for (let first = 0; first < count; first += 500) {
    await Promise.all(Array.from({ length: Math.min(500, count - first) }, (_, n) => {
      const id = `bench-${first + n}`;
      const body = { name: id, board: "8a", mode: "open", registration: { text: registrationOf(first + n) } };
      return cabinets.put({
        ...cabinetBody.parse({ ...body, cells: { count: CELLS } }),
        id,
        organization: "main",
      });
    }));
  }
}

/** The devices, in their own process, so that they do not slow down the people who tap. */
class Devices implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;
  readonly #done: ReadableStreamDefaultReader<Uint8Array>;

  constructor(program: Program) {
    const script = new URL("./_returns_devices.ts", import.meta.url).pathname;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--allow-net", script, String(program.devicePort)],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#orders = this.#process.stdin.getWriter();
    this.#done = this.#process.stdout.getReader();
  }

  /** Connects all of them at once, as far as one process can. */
  dial(from: number, to: number): Promise<void> {
    return this.#tell(`dial ${from} ${to}`);
  }

  drop(): Promise<void> {
    return this.#tell("drop");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#done.cancel();
    await this.#orders.abort();
  }

  async #tell(order: string): Promise<void> {
    await this.#orders.write(new TextEncoder().encode(`${order}\n`));
    await this.#done.read();
  }
}

/** The longest block of an isolate's event loop so far. */
async function longestLag(program: Program, over: Promise<unknown>): Promise<number> {
  let [isOver, longest] = [false, 0];
  over.then(() => isOver = true);
  while (!isOver) {
    for (
      const [, seconds] of (await figures(program)).matchAll(/^kaigui_event_loop_lag_seconds\{.*\} (.*)/gm)
    ) {
      longest = Math.max(longest, Number(seconds) * 1000);
    }
    await pause(500);
  }
  return Math.round(longest);
}

async function figures({ url }: Program): Promise<string> {
  return await (await fetch(`${url}/metrics`)).text();
}

async function untilRegistered(program: Program, wanted: number): Promise<number> {
  const from = performance.now();
  while (true) {
    const registered = Number(/^kaigui_devices_registered (\d+)/m.exec(await figures(program))?.[1]);
    if (registered === wanted) return Math.round(performance.now() - from);
    await pause(LOOK_MS);
  }
}

async function people(program: Program): Promise<Page[]> {
  return await Promise.all(Array.from({ length: PEOPLE }, async (_, n) => {
    const cabinet = `bench-${n}`;
    return await Page.open(program, cabinet, await guestCookie(program, cabinet));
  }));
}

async function taps(pages: readonly Page[], over: Promise<unknown>): Promise<string> {
  const { tookMs, states } = await tapUntil(over, { pages, everyMs: PEOPLE / TAPS_PER_SECOND * 1000 });
  return `${JSON.stringify(states)}, ${percentiles(tookMs)}`;
}

try {
  await furnish();
  const env = url ? { DATABASE_URL: url, SESSION_SECRET: "session-secret-of-the-bench" } : {};
  await using program = await Program.start(folder, { ...env, ISOLATES: isolates }, { stderr: "null" });
  await run(program);
} finally {
  await Deno.remove(folder, { recursive: true });
}
