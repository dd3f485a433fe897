/**
 * Compares versions of the program in alternating rounds, with a load generator: the raw line and the whole path of a tap
 * with 64 and 256 people, and the memory of an idle person's socket. Prints the medians in the end.
 *
 *     deno run -A bench/versions.ts <folder of the load generator> <rounds> <folder of a version>...
 *
 * The load generator is `lb`, with `adapters/kaigui.so` and `adapters/kaigui_raw.so` beside it.
 *
 * @module
 */
import { upgrade } from "../testing/rigs/http_server.ts";
import { PERSON } from "../src/lib/limits.ts";
import { api } from "../testing/api.ts";
import { tempFolder } from "../testing/folders.ts";
import { guestCookie } from "../testing/page.ts";
import { Program, TOKEN } from "../testing/program.ts";
import { say } from "./_rig.ts";

const DEVICES = 256;
const SECONDS = 5;
/** Room for all sockets and devices. */
const DESCRIPTORS = 8_192;
/** Idle sockets; each person has as many as one may have. */
const IDLE = 2_000;

/** The measurements, by name. */
const WORKLOADS: Record<string, (program: Program, folder: string) => Promise<Result>> = {
  "raw line, 64 people": (program) => rawLine(program, 64),
  "raw line, 256 people": (program) => rawLine(program, 256),
  "whole path, 64 people": (program, folder) => wholePath(program, { folder, people: 64 }),
  "whole path, 256 people": (program, folder) => wholePath(program, { folder, people: 256 }),
  "an idle person's socket": idleSockets,
};

/** Results by their name. */
type Result = Record<string, number>;

const [generator = ".", rounds = "5", ...versions] = Deno.args;
const results = new Map<string, Result[]>();
for (let round = 0; round < Number(rounds); round++) {
  for (const [workload, measure] of Object.entries(WORKLOADS)) {
    for (const version of versions) {
      const result = await measured(version, measure);
      say(`${workload}, ${version}: ${JSON.stringify(result)}`);
      const key = `${workload}, ${version}`;
      results.set(key, [...results.get(key) ?? [], result]);
    }
  }
}
for (const [key, all] of results) say(`${key}: ${JSON.stringify(medians(all))}`);

async function measured(version: string, measure: (typeof WORKLOADS)[string]): Promise<Result> {
  await using folder = await tempFolder();
  await using program = await Program.start(folder.path, { ISOLATES: "1" }, {
    stderr: "null",
    descriptors: DESCRIPTORS,
    folder: version,
  });
  return await measure(program, folder.path);
}

async function rawLine(program: Program, people: number): Promise<Result> {
  await putCabinets(program, { board: "raw" });
  return await load(program, { people, adapter: "kaigui_raw", option: `token=${TOKEN}` });
}

async function wholePath(
  program: Program,
  { folder, people }: { folder: string; people: number },
): Promise<Result> {
  await putCabinets(program, { board: "8a", wiring: "short-when-locked", cells: { count: 24 } });
  const cookies = await guests(program, people);
  const file = `${folder}/cookies`;
  await Deno.writeTextFile(file, cookies.join("\n"));
  return await load(program, { people, adapter: "kaigui", option: `cookies=${file}` });
}

async function load(
  { httpPort, devicePort, process }: Program,
  { people, adapter, option }: { people: number; adapter: string; option: string },
): Promise<Result> {
  const args = {
    adapter: `${generator}/adapters/${adapter}.so`,
    opt: option,
    "dev-port": devicePort,
    "user-port": httpPort,
    devices: DEVICES,
    users: people,
    warmup: 1.5,
    secs: SECONDS,
    pids: process.pid,
  };
  const { stdout } = await new Deno.Command(`${generator}/lb`, {
    args: Object.entries(args).flatMap(([name, value]) => [`--${name}`, String(value)]),
  }).output();
  const told = JSON.parse(new TextDecoder().decode(stdout));
  for (const bad of ["wrong", "unasked", "stuck", "dead", "fails"]) {
    // A person's first tap is refused if their cabinet has not registered yet.
    if (told[bad] > (bad === "wrong" ? people : 0)) throw new Error(`${bad}: ${JSON.stringify(told)}`);
  }
  return { perSecond: told.rts, p50Ms: told.p50_ms, p99Ms: told.p99_ms, cpuUs: told.server_us_per_rt };
}

/** By how much the program's memory grows for each idle socket. */
async function idleSockets(program: Program): Promise<Result> {
  await putCabinets(program, { board: "8a", cells: { count: 24 }, count: 1 });
  const cookies = await guests(program, IDLE / PERSON.socketsMax);
  using conns = new DisposableStack();
  const before = await residentKib(program);
  for (let n = 0; n < IDLE; n++) {
    conns.use(await lookAt(program, cookies[n % cookies.length] ?? ""));
  }
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  return { kibEach: (await residentKib(program) - before) / IDLE };
}

/** Opens a socket and reads up to the welcome. */
async function lookAt({ httpPort: port }: Program, cookie: string): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(
    new TextEncoder().encode(upgrade("/ws?cabinet=bench0", { headers: [`Cookie: ${cookie}`] })),
  );
  const buffer = new Uint8Array(64 * 1024);
  for (let heard = ""; !heard.includes('"welcome"');) {
    const length = await conn.read(buffer);
    if (length === null) throw new Error(`The socket was closed: ${heard}`);
    heard += new TextDecoder().decode(buffer.subarray(0, length));
  }
  return conn;
}

async function putCabinets(
  program: Program,
  { count = DEVICES, ...more }: { board: string; count?: number; [field: string]: unknown },
): Promise<void> {
  for (let n = 0; n < count; n++) {
    const body = { name: `bench${n}`, mode: "open", registration: { text: `BENCH${n}` }, ...more };
    const { status, body: answer } = await api(program, "PUT", `/cabinets/bench${n}`, {
      body,
      isOtherVersion: true,
    });
    if (status !== 201) throw new Error(`PUT bench${n}: ${status} ${JSON.stringify(answer)}`);
  }
}

/** The cookies of so many guests. */
async function guests(program: Program, count: number): Promise<string[]> {
  const cookies: string[] = [];
  while (cookies.length < count) cookies.push(await guestCookie(program, "bench0"));
  return cookies;
}

async function residentKib({ process: { pid } }: Program): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(pid)] }).output();
  return Number(new TextDecoder().decode(stdout));
}

function medians(all: readonly Result[]): Result {
  const names = Object.keys(all[0] ?? {});
  return Object.fromEntries(names.map((name) => {
    const sorted = all.map((one) => one[name] ?? NaN).sort((a, b) => a - b);
    return [name, sorted[Math.floor(sorted.length / 2)] ?? NaN];
  }));
}
