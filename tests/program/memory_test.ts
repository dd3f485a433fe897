/**
 * What strangers send that never ends: what the program keeps of it is told by the bytes that it occupies, not by what it
 * answers.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { concat } from "@std/bytes";
import { frame, upgrade } from "../../testing/rigs/http_server.ts";
import { HTTP, PERSON } from "../../src/lib/limits.ts";
import { putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";

const MIB = 2 ** 20;
/** What is sent in all, by so many connections. */
const SENT_MIB = 512;
const CONNECTIONS = 16;
/** What the program may grow by meanwhile, the garbage of reading so much among it. */
const GROWTH_MIB_MAX = 96;
const POST = "POST /wechat/mini/session HTTP/1.1\r\nHost: k\r\nContent-Type: application/json\r\n";
/** Connections that send something that is unfinished, and what the program may grow by for each. */
const KEPT_CONNECTIONS = 400;
const KEPT_KIB_MAX = 64;
/** Of a body, which comes to its reader in pieces: what was read and is not collected yet is in it. */
const KEPT_OF_BODY_KIB_MAX = 96;
const MINI = { WECHAT_MINI_APP_ID: "wx00000000000000b2", WECHAT_MINI_APP_SECRET: "the-mini-programs-secret" };

/** Sends the head, and then the piece again and again until all is sent or nobody takes it any more. */
async function send(port: number, head: Uint8Array, piece: Uint8Array): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const write = async (bytes: Uint8Array) => {
    for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
  };
  try {
    await write(head);
    const pieces = SENT_MIB * MIB / CONNECTIONS / piece.length;
    for (let sent = 0; sent < pieces; sent++) await write(piece);
  } catch {
    // Hung up on.
  }
}

/** The most that the program occupied while that was done, beyond what it did before, in MiB. */
async function growth(program: Program, attack: () => Promise<unknown>): Promise<number> {
  const before = await residentMiB(program);
  let most = before;
  let isOver = false;
  const looking = (async () => {
    while (!isOver) most = Math.max(most, await residentMiB(program));
  })();
  await attack();
  isOver = true;
  await looking;
  return most - before;
}

async function residentMiB(program: Program): Promise<number> {
  const args = ["-o", "rss=", "-p", String(program.process.pid)];
  const { stdout } = await new Deno.Command("ps", { args }).output();
  return Number(new TextDecoder().decode(stdout)) / 1024;
}

/** What is sent, by name: what comes first, from a guest with that cookie, and what comes again and again. */
const ATTACKS: [string, (cookie: string) => [head: Uint8Array, piece: Uint8Array]][] = [
  [
    "fragments of a message that never ends",
    (cookie) => [
      bytes(socket(cookie), frame(0x01, new Uint8Array(1))),
      frame(0x00, new Uint8Array(MIB)),
    ],
  ],
  [
    "a frame that says to be huge",
    (cookie) => [
      bytes(socket(cookie), frame(0x01, new Uint8Array(1), { length: 2 ** 29 })),
      new Uint8Array(MIB),
    ],
  ],
  [
    "a body without an end",
    () => [
      bytes(`${POST}Transfer-Encoding: chunked\r\n\r\n`),
      bytes(`${MIB.toString(16)}\r\n`, new Uint8Array(MIB).fill(0x61), "\r\n"),
    ],
  ],
  [
    "a body that says to be huge",
    () => [bytes(`${POST}Content-Length: ${2 ** 31}\r\n\r\n`), new Uint8Array(MIB)],
  ],
  [
    "a head without an end",
    () => [bytes("GET / HTTP/1.1\r\nHost: k\r\nX: "), new Uint8Array(MIB).fill(0x61)],
  ],
  ["headers without an end", () => [bytes("GET / HTTP/1.1\r\n"), bytes("a: b\r\n".repeat(MIB / 8))]],
];

/**
 * What is not too long, and not whole: its name, what a connection begins with and is answered, and what is kept of it,
 * piece by piece.
 */
const UNFINISHED: [string, (cookie: string) => [begin: string, ...kept: Uint8Array[]]][] = [
  [
    "a message in as many fragments as it may have",
    (cookie) => [
      socket(cookie),
      ...Array.from(
        { length: HTTP.fragmentsMax - 4 },
        (_, n) => frame(n === 0 ? 0x01 : 0x00, new Uint8Array(512)),
      ),
    ],
  ],
  [
    "a frame in as many pieces as it may come in",
    (cookie) => [
      socket(cookie),
      frame(0x81, new Uint8Array(1), { length: 16_000 }),
      ...Array.from({ length: HTTP.fragmentsMax - 4 }, () => new Uint8Array(512)),
    ],
  ],
  ["a head of short lines", () => ["", bytes("GET / HTTP/1.1\r\n", shortLines(2_000))]],
  ["a head of long lines", () => ["", bytes("GET / HTTP/1.1\r\n", `a: ${"x".repeat(300)}\r\n`.repeat(50))]],
  ["a body", () => ["", bytes(`${POST}Content-Length: 8000\r\n\r\n`), new Uint8Array(7_500)]],
];

/** Lines of a head that differ from one another. */
function shortLines(count: number): string {
  return Array.from({ length: count }, (_, n) => `${n.toString(36).padStart(3, "x")}:y\r\n`).join("");
}

function bytes(...parts: (string | Uint8Array)[]): Uint8Array {
  return concat(parts.map((part) => typeof part === "string" ? new TextEncoder().encode(part) : part));
}

function socket(cookie: string): string {
  return upgrade("/ws?cabinet=good", { headers: [`Cookie: ${cookie}`] });
}

Deno.test("what strangers send without an end is not kept, and taps go on", async (test) => {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await tempFolder());
  const program = stack.use(await Program.start(path, MINI, { descriptors: 8_192 }));
  await putCabinet(program, "good");
  stack.use(await Device.connect(program, "REG-good"));
  await untilOnline(program, "good");
  const page = stack.use(await Page.open(program, "good", await guestCookie(program, "good")));
  for (const [name, attackOf] of ATTACKS) {
    await test.step(name, async () => {
      const cookies: string[] = [];
      while (cookies.length < CONNECTIONS) cookies.push(await guestCookie(program, "good"));
      const grown = await growth(
        program,
        () => Promise.all(cookies.map((cookie) => send(program.httpPort, ...attackOf(cookie)))),
      );
      ok(grown < GROWTH_MIB_MAX, `${grown.toFixed()} MiB more, of ${SENT_MIB} that were sent`);
      equal((await page.outcome(page.tap(7)))["state"], "opened");
      await until(() => !program.err.some((line) => line.includes("is started again")));
    });
  }
});

/** Answers that nobody reads, for so many connections with as many requests each as they may have. */
const DEAF_CONNECTIONS = 600;

Deno.test("of answers that nobody reads little is kept, and others are answered", async (test) => {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await tempFolder());
  const program = stack.use(await Program.start(path, {}, { descriptors: 8_192 }));
  await putCabinet(program, "good");
  const cookie = await guestCookie(program, "good");
  for (const target of ["/assets/page.js", "/api/v1/openapi.json", "/api/v1/docs"]) {
    await test.step(target, async () => {
      using deaf = new DisposableStack();
      const grown = await growth(program, async () => {
        for (let n = 0; n < DEAF_CONNECTIONS; n++) {
          const conn = deaf.use(await Deno.connect({ hostname: "127.0.0.1", port: program.httpPort }));
          await conn.write(bytes(`GET ${target} HTTP/1.1\r\nHost: k\r\n\r\n`.repeat(HTTP.pipelinedMax)));
        }
        const answer = await fetch(`${program.url}/c/good`, { headers: { cookie } });
        equal(answer.status, 200);
        await answer.body?.cancel();
      });
      ok(grown < GROWTH_MIB_MAX, `${grown.toFixed()} MiB more`);
    });
  }
});

for (const [name, piecesOf] of UNFINISHED) {
  Deno.test(`of ${name} that is unfinished no connection makes the program keep much`, async () => {
    await using stack = new AsyncDisposableStack();
    const { path } = stack.use(await tempFolder());
    const program = stack.use(await Program.start(path, MINI, { descriptors: 8_192 }));
    await putCabinet(program, "good");
    const cookies: string[] = [];
    while (cookies.length < KEPT_CONNECTIONS / PERSON.socketsMax) {
      cookies.push(await guestCookie(program, "good"));
    }
    const all: [Deno.TcpConn, Uint8Array[]][] = [];
    for (let n = 0; n < KEPT_CONNECTIONS; n++) {
      const [begin, ...kept] = piecesOf(cookies[n % cookies.length] ?? "");
      all.push([stack.use(await begun(program, begin)), kept]);
    }
    const most = Math.max(...all.map(([, kept]) => kept.length));
    const grown = await growth(program, async () => {
      // One piece of each after the other, so that the program reads each by itself.
      for (let at = 0; at < most; at++) {
        for (const [conn, kept] of all) await conn.write(kept[at] ?? new Uint8Array());
      }
      const { body } = await fetch(`${program.url}/healthz`);
      await body?.cancel();
    });
    const each = grown * 1024 / KEPT_CONNECTIONS;
    ok(each < (name === "a body" ? KEPT_OF_BODY_KIB_MAX : KEPT_KIB_MAX), `${each.toFixed()} KiB each`);
  });
}

/** A connection that has said this, and was answered. */
async function begun({ httpPort: port }: Program, begin: string): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  if (begin === "") return conn;
  await conn.write(bytes(begin));
  await conn.read(new Uint8Array(4096));
  return conn;
}
