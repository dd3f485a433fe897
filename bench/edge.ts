/**
 * The program's HTTP server compared with `Deno.serve`: WebSockets whose messages are echoed, in alternating rounds, and
 * the memory of an idle one.
 *
 *     deno run -A bench/edge.ts [people] [seconds] [rounds]
 *
 * The people are one process here, on the same processors, so figures compare within a run only.
 *
 * @module
 */
import { frame, upgrade } from "../testing/rigs/http_server.ts";
import { TextLineStream } from "../testing/lines.ts";
import { say } from "./_rig.ts";

const IDLE = 2_000;
const MESSAGE = frame(0x81, new TextEncoder().encode("A0 01 01 A2"));
const SERVERS = ["deno", "edge"] as const;

const [people = 64, seconds = 5, rounds = 3] = Deno.args.map(Number);
for (let round = 1; round <= rounds; round++) {
  for (const kind of SERVERS) {
    await using server = await start(kind);
    const { perSecond, p50, p99 } = await chat(server.port);
    const kib = await idleKib(server);
    say(
      `${kind}: ${people} people ${perSecond.toFixed()}/s, p50 ${p50.toFixed(2)} ms, p99 ${
        p99.toFixed(2)
      } ms; ` +
        `${kib.toFixed(1)} KiB an idle socket`,
    );
  }
}

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

async function start(kind: typeof SERVERS[number]): Promise<Server> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", new URL("_edge_server.ts", import.meta.url).pathname, kind],
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const reader = lines.getReader();
  const { value: port } = await reader.read();
  return {
    port: Number(port),
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.status;
      await reader.cancel();
    },
  };
}

/** Connects, and reads the response to the upgrade. */
async function open(port: number): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay();
  await conn.write(new TextEncoder().encode(upgrade("/")));
  await conn.read(new Uint8Array(1024));
  return conn;
}

/** All sockets send a message, wait for the echo, and repeat that. */
async function chat(port: number): Promise<{ perSecond: number; p50: number; p99: number }> {
  using conns = new DisposableStack();
  const took: number[] = [];
  const all: Deno.TcpConn[] = [];
  while (all.length < people) all.push(conns.use(await open(port)));
  const since = performance.now();
  const measureFrom = since + 1_000;
  const end = measureFrom + seconds * 1_000;
  await Promise.all(all.map(async (conn) => {
    const buffer = new Uint8Array(64);
    for (let saidAt = performance.now(); saidAt < end;) {
      await conn.write(MESSAGE);
      await conn.read(buffer);
      const now = performance.now();
      if (saidAt >= measureFrom) took.push(now - saidAt);
      saidAt = now;
    }
  }));
  took.sort((a, b) => a - b);
  const at = (part: number) => took[Math.floor(took.length * part)] ?? NaN;
  return { perSecond: took.length / seconds, p50: at(0.5), p99: at(0.99) };
}

/** By how much the server's memory grows for each idle socket. */
async function idleKib({ port, pid }: Server): Promise<number> {
  using conns = new DisposableStack();
  const before = await residentKib(pid);
  for (let n = 0; n < IDLE; n++) conns.use(await open(port));
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  return (await residentKib(pid) - before) / IDLE;
}

async function residentKib(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(pid)] }).output();
  return Number(new TextDecoder().decode(stdout));
}
