/**
 * A fleet on one program that drops and comes back all at once, while people tap on cabinets that stayed; and what
 * an idle cabinet costs in memory.
 *
 *     deno run -P=test bench/returns.ts [cabinets] [isolates]
 *
 * With `DATABASE_URL` naming an empty database it runs on Postgres.
 *
 * @module
 */
import { openDatabase } from "../src/db/mod.ts";
import { Cabinets, DEFAULT_RULES } from "../src/locker/mod.ts";
import { LocalRouter } from "../src/router/mod.ts";
import { guestCookie, Page, Program } from "../tests/harness.ts";
import { say } from "./_rig.ts";

/** Cabinets that stay, and people who tap on them. */
const STAY = 200;
const PEOPLE = 50;
/** Taps a second of all people together. */
const TAPS_PER_SECOND = 100;
const SETTLE_MS = 15_000;
const LOOK_MS = 50;
const CELLS = 24;

const count = Number(Deno.args[0] ?? 15_000);
const isolates = Deno.args[1] ?? "1";
const url = Deno.env.get("DATABASE_URL");
const folder = await Deno.makeTempDir({ prefix: "kaigui-bench-" });
try {
  await furnish();
  const env = url ? { DATABASE_URL: url, SESSION_SECRET: "session-secret-of-the-bench" } : {};
  await using program = await Program.start(folder, { ...env, ISOLATES: isolates });
  await run(program);
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function run(program: Program): Promise<void> {
  const empty = await pss(program.process.pid);
  const stay = await connect(program, 0, STAY);
  let roam = await connect(program, STAY, count);
  say(
    `first registration of ${count}: ${await untilRegistered(
      program,
      count,
    )} ms after the last had connected`,
  );
  await pause(SETTLE_MS);
  const idle = await pss(program.process.pid);
  say(`idle: ${((idle - empty) / count).toFixed(2)} KiB each over ${empty} KiB of the empty program`);

  const pages = await people(program);
  say(`taps before: ${await taps(pages, pause(5_000))}`);
  for (const device of roam) device.close();
  await untilRegistered(program, STAY);
  const from = performance.now();
  const returning = (async () => {
    roam = await connect(program, STAY, count);
    await untilRegistered(program, count);
    return performance.now() - from;
  })();
  say(`taps meanwhile: ${await taps(pages, returning)}`);
  say(`all ${count - STAY} came back within ${Math.round(await returning)} ms`);
  for (const page of pages) await page[Symbol.asyncDispose]();
  for (const device of [...stay, ...roam]) device.close();
}

/** Describes the cabinets without the program, since that takes as long as it takes. */
async function furnish(): Promise<void> {
  await using db = await openDatabase({ folder, url });
  const cabinets = new Cabinets(db, { router: new LocalRouter(), wallClock: Date.now });
  const cells = Array.from({ length: CELLS }, (_, index) => ({
    cell: index + 1,
    board: 1,
    channel: index + 1,
    size: "M",
    state: undefined,
  }));
  for (let first = 0; first < count; first += 100) {
    await Promise.all(Array.from({ length: Math.min(100, count - first) }, (_, n) => {
      const id = `bench-${first + n}`;
      const registration = new TextEncoder().encode(registrationOf(first + n));
      const described = {
        id,
        name: id,
        board: "8a",
        registration,
        heartbeat: undefined,
        rules: DEFAULT_RULES,
      };
      const wiring = "short-when-locked" as const;
      return cabinets.put({ ...described, localEcho: false, wiring, mode: "open", cells });
    }));
  }
}

/** A DTU with one board whose doors are shut until they are opened, and then at once again. */
class BenchDevice {
  readonly #conn: Deno.TcpConn;
  readonly #opened = new Set<number>();

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    this.#serve();
  }

  static async dial(program: Program, n: number): Promise<BenchDevice> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: program.devicePort });
    const device = new BenchDevice(conn);
    await conn.write(new TextEncoder().encode(registrationOf(n)));
    return device;
  }

  close(): void {
    this.#conn[Symbol.dispose]();
  }

  async #serve(): Promise<void> {
    const frame = new Uint8Array(5);
    try {
      while (true) {
        for (let read = 0; read < frame.length;) {
          const length = await this.#conn.read(frame.subarray(read));
          if (length === null) return;
          read += length;
        }
        await this.#conn.write(this.#answer(frame));
      }
    } catch {
      // Closed.
    }
  }

  #answer([head = 0, board = 0, lock = 0]: Uint8Array): Uint8Array {
    if (head === 0x8a) this.#opened.add(lock);
    const door = this.#opened.delete(lock) ? 0x00 : 0x11;
    const bytes = head === 0x8a || lock > 0
      ? [head, board, lock, door]
      : [head, board, 0xff, 0xff, 0xff, 0x33];
    return Uint8Array.from([...bytes, bytes.reduce((xor, byte) => xor ^ byte, 0)]);
  }
}

/** All at once, as far as one process can. */
async function connect(program: Program, from: number, to: number): Promise<BenchDevice[]> {
  return await Promise.all(Array.from({ length: to - from }, (_, n) => BenchDevice.dial(program, from + n)));
}

async function untilRegistered(program: Program, wanted: number): Promise<number> {
  const from = performance.now();
  while (true) {
    const text = await (await fetch(`${program.url}/metrics`)).text();
    const registered = Number(/^kaigui_devices_registered (\d+)/m.exec(text)?.[1]);
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

/** People tap until it is over, each at his own pace; how long it took until they knew, from when they wanted to. */
async function taps(pages: readonly Page[], over: Promise<unknown>): Promise<string> {
  const took: number[] = [];
  const states: Record<string, number> = {};
  let isOver = false;
  over.then(() => isOver = true);
  const everyMs = PEOPLE / TAPS_PER_SECOND * 1000;
  await Promise.all(pages.map(async (page, n) => {
    let due = performance.now() + everyMs * n / PEOPLE;
    for (let turn = 0; !isOver; turn++, due += everyMs) {
      await pause(due - performance.now());
      const state = await stateOf(page, 1 + turn % CELLS);
      states[state] = (states[state] ?? 0) + 1;
      took.push(performance.now() - due);
    }
  }));
  took.sort((a, b) => a - b);
  const at = (part: number) => took[Math.floor(took.length * part)]?.toFixed(1);
  return `${JSON.stringify(states)}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${
    took.at(-1)?.toFixed(1)
  } ms`;
}

function stateOf(page: Page, cell: number): Promise<string> {
  return new Promise((resolve) => {
    page.messages.length = 0;
    const id = crypto.randomUUID();
    page.heard = (message) => {
      if (message["id"] === id && !["requested", "sent"].includes(message["state"])) {
        resolve(message["state"]);
      }
    };
    page.tap(cell, id);
  });
}

/** Memory of the process that nobody shares, and its share of the rest, in KiB. */
async function pss(pid: number): Promise<number> {
  return Number(/^Pss:\s+(\d+)/m.exec(await Deno.readTextFile(`/proc/${pid}/smaps_rollup`))?.[1]);
}

function registrationOf(n: number): string {
  return `BENCH-${String(n).padStart(6, "0")}`;
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
