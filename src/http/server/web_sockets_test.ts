import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Hono } from "hono";
import { until } from "../../../testing/until.ts";
import { HTTP, PERSON } from "../../lib/limits.ts";
import { Guard, upgradeWebSocket } from "../websocket_guard.ts";
import { Client, frame, LOOK_MS, serve, upgrade } from "../../../testing/rigs/http_server.ts";

const [TEXT, PART, MORE, PING, CLOSE] = [0x81, 0x01, 0x00, 0x89, 0x88];
const bytes = (text: string) => new TextEncoder().encode(text);

/** A server whose WebSockets say back what they hear, and how they were closed. */
async function rigOfSockets() {
  const heard: string[] = [];
  const closed: number[] = [];
  const app = new Hono();
  app.get(
    "/ws",
    upgradeWebSocket(() => ({
      onMessage({ data }, socket) {
        heard.push(String(data));
        socket.send(`<${data}>`);
      },
      onClose: ({ code }) => void closed.push(code),
    })),
  );
  const rig = await serve((request, env) => app.fetch(request, env));
  return { ...rig, heard, closed, [Symbol.dispose]: () => rig[Symbol.dispose]() };
}

/** A WebSocket that is open. */
async function open(port: number, options: { isDeaf?: boolean; headers?: string[] } = {}): Promise<Client> {
  const client = await Client.connect(port, options);
  await client.say(upgrade("/ws", options));
  if (!options.isDeaf) await until(() => client.heard.includes("\r\n\r\n"));
  return client;
}

/** What came after the head of the answer. */
function framesOf(client: Client): string {
  return client.heard.slice(client.heard.indexOf("\r\n\r\n") + 4);
}

/** The code with which the server closed it; `undefined`: it hung up. */
function closeCode(client: Client): number | undefined {
  const at = framesOf(client).lastIndexOf("\x88");
  const [high, low] = [2, 3].map((offset) => framesOf(client).charCodeAt(at + offset));
  return at < 0 ? undefined : (high ?? 0) << 8 | (low ?? 0);
}

Deno.test("HttpServer opens a WebSocket however its upgrade is written", async () => {
  using rig = await rigOfSockets();
  const lower = upgrade("/ws");
  const ways = [
    lower,
    lower.replace("websocket", "WebSocket").replace("Upgrade: ", "uPGRADE: "),
    lower.replace("Connection: Upgrade", "Connection: keep-alive, Upgrade"),
    lower.replace("Connection: Upgrade", "connection: upgrade"),
  ];
  for (const way of ways) {
    using client = await Client.connect(rig.port);
    await client.say(way);
    await client.say(frame(TEXT, bytes("a")));
    await until(() => client.heard.includes("<a>"), { saw: () => client.heard });
    match(client.heard, /^HTTP\/1\.1 101 .*s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/s);
  }
  await until(() => rig.sockets.total === 0);
});

Deno.test("HttpServer opens no WebSocket where a request before it is not answered, and answers both", async () => {
  const { promise: answering, resolve: answer } = Promise.withResolvers<void>();
  let asked = 0;
  const app = new Hono();
  app.get("/", async (c) => {
    asked++;
    await answering;
    return c.text("first");
  });
  app.get("/ws", upgradeWebSocket(() => ({})));
  using rig = await serve((request, env) => app.fetch(request, env));
  using client = await Client.connect(rig.port);
  await client.say(`GET / HTTP/1.1\r\nHost: k\r\n\r\n${upgrade("/ws")}`);
  await until(() => asked === 1);
  answer();
  await until(() => client.heard.includes("404 Not Found"), { saw: () => client.heard });
  match(client.heard, /^HTTP\/1\.1 200 .*\r\n\r\nfirstHTTP\/1\.1 404 /s);
  equal(rig.sockets.total, 0);
});

Deno.test("HttpServer opens a WebSocket on a connection as soon as the answer before is heard", async () => {
  using rig = await rigOfSockets();
  for (let time = 0; time < 100; time++) {
    using client = await Client.connect(rig.port);
    await client.say("GET / HTTP/1.1\r\nHost: k\r\n\r\n");
    await until(() => client.heard.endsWith("404 Not Found"), { saw: () => client.heard });
    await client.say(upgrade("/ws"));
    await until(() => client.heard.includes("HTTP/1.1 101 "), { saw: () => client.heard });
  }
});

Deno.test("HttpServer closes no connection, to make room, whose WebSocket is about to be opened", async () => {
  const { promise: answering, resolve: answer } = Promise.withResolvers<void>();
  let asked = 0;
  const app = new Hono();
  app.use(async (_, next) => {
    asked++;
    await answering;
    await next();
  });
  app.get("/ws", upgradeWebSocket(() => ({})));
  using rig = await serve((request, env) => app.fetch(request, env), {
    limits: { max: 2, perNetworkMax: 2 },
  });
  using client = await Client.connect(rig.port);
  await client.say(upgrade("/ws"));
  await until(() => asked === 1);
  using silent = await Client.connect(rig.port);
  await until(() => rig.server.connections === 2);
  using _later = await Client.connect(rig.port);
  await until(() => silent.isEnded || client.isEnded);
  answer();
  await until(() => client.heard.includes("HTTP/1.1 101 "), { saw: () => client.heard });
});

Deno.test("HttpServer hangs up on a peer that stays after its WebSocket was refused", async () => {
  using rig = await serve(() => new Response("no", { status: 403 }));
  using client = await Client.connect(rig.port);
  await client.say(upgrade("/ws"));
  await until(() => client.heard.includes("HTTP/1.1 403 "), { saw: () => client.heard });
  rig.skip(HTTP.idleMs);
  await until(() => rig.server.connections === 0);
});

Deno.test("HttpServer hears a message that comes with the upgrade, byte by byte, and in fragments", async () => {
  using rig = await rigOfSockets();
  using eager = await Client.connect(rig.port);
  await eager.say(Uint8Array.from([...bytes(upgrade("/ws")), ...frame(TEXT, bytes("at once"))]));
  await until(() => eager.heard.includes("<at once>"), { saw: () => eager.heard });
  for (const byte of frame(TEXT, bytes("slow"))) await eager.say(Uint8Array.of(byte));
  await until(() => eager.heard.includes("<slow>"));
  await eager.say(frame(PART, bytes("a")));
  await eager.say(frame(PING, bytes("p")));
  await eager.say(frame(MORE, bytes("b")));
  await eager.say(frame(MORE | 0x80, bytes("c")));
  await until(() => eager.heard.includes("<abc>"), { saw: () => framesOf(eager) });
  ok(framesOf(eager).includes("\x8a\x01p"), "the ping is answered");
  equal(rig.sockets.total, 1);
});

Deno.test("HttpServer hangs up on a message that is too long, or in too many pieces, before it is whole", async () => {
  using rig = await rigOfSockets();
  const attacks: [string, number, Uint8Array[]][] = [
    ["a long message", 1009, [frame(TEXT, new Uint8Array(HTTP.messageBytesMax + 1))]],
    ["the head of a long one", 1009, [frame(TEXT, new Uint8Array(1), { length: 2 ** 30 })]],
    ["a head beyond all numbers", 1009, [frame(TEXT, new Uint8Array(1), { length: 2 ** 60 })]],
    ["fragments", 1009, Array.from({ length: 10 }, (_, n) => frame(n ? MORE : PART, new Uint8Array(4096)))],
    ["tiny fragments", 1008, Array.from({ length: 200 }, (_, n) => frame(n ? MORE : PART, bytes("x")))],
    ["empty fragments", 1008, Array.from({ length: 200 }, (_, n) => frame(n ? MORE : PART, bytes("")))],
    ["a long ping", 1002, [frame(PING, new Uint8Array(200))]],
    ["a ping in fragments", 1002, [frame(PING & 0x7f, bytes("x"))]],
    ["a frame without a mask", 1002, [Uint8Array.of(TEXT, 1, 0x78)]],
    ["compression", 1002, [frame(TEXT | 0x40, bytes("x"))]],
    ["no UTF-8", 1007, [frame(TEXT, Uint8Array.of(0xff))]],
  ];
  for (const [name, code, says] of attacks) {
    using client = await open(rig.port);
    for (const what of says) await client.say(what);
    await until(() => client.isEnded, { saw: () => name });
    const closedWith = closeCode(client);
    equal(closedWith, code, name);
  }
  deepEqual(rig.heard, []);
  await until(() => rig.sockets.total === 0);
});

Deno.test("HttpServer hangs up on an unfinished frame that comes in more pieces than any network makes", async () => {
  using rig = await rigOfSockets();
  using client = await open(rig.port);
  await client.say(frame(TEXT, new Uint8Array(1), { length: 4096 }));
  await until(async () => {
    await client.say("x");
    return client.isEnded;
  });
  deepEqual(rig.heard, []);
});

Deno.test("HttpServer hangs up on a peer that pings and does not read", async () => {
  using rig = await rigOfSockets();
  using deaf = await open(rig.port, { isDeaf: true });
  const pings = new Uint8Array(4096 * 131);
  for (let n = 0; n < 4096; n++) pings.set(frame(PING, new Uint8Array(125)), n * 131);
  await until(async () => {
    await deaf.say(pings);
    return deaf.isEnded;
  });
});

Deno.test("HttpServer asks a WebSocket that is silent, and hangs up where nothing comes", async () => {
  using rig = await rigOfSockets();
  using silent = await open(rig.port);
  using answering = await open(rig.port);
  rig.skip(PERSON.idleTimeoutSeconds * 500);
  for (const client of [silent, answering]) {
    await until(() => framesOf(client) === "\x89\x00", { saw: () => framesOf(client) });
  }
  await answering.say(frame(0x8a, bytes("")));
  // It is surely heard once what was said behind it is answered.
  await answering.say(frame(TEXT, bytes("here")));
  await until(() => answering.heard.includes("<here>"));
  rig.skip(PERSON.idleTimeoutSeconds * 500);
  await until(() => silent.isEnded);
  equal(answering.isEnded, false);
  deepEqual(rig.closed, [1006]);
});

Deno.test("HttpServer counts a WebSocket until it is gone, also where the peer does not answer that it is closed", async () => {
  using rig = await rigOfSockets();
  using polite = await open(rig.port);
  using rude = await open(rig.port);
  equal(rig.sockets.total, 2);
  await polite.say(frame(CLOSE, Uint8Array.of(0x03, 0xe8)));
  await until(() => polite.isEnded);
  equal(closeCode(polite), 1000);
  await until(() => rig.sockets.total === 1);
  rude[Symbol.dispose]();
  await until(() => rig.sockets.total === 0);
  equal(rig.server.connections, 0);
});

Deno.test("HttpServer hangs up on a WebSocket on which more comes than may, whatever kind of frames", async () => {
  using rig = await rigOfSockets();
  using client = await open(rig.port);
  const pong = frame(0x8a, new Uint8Array());
  const many = new Uint8Array(pong.length * Math.ceil(HTTP.socketBytes.burst / pong.length));
  for (let at = 0; at < many.length; at += pong.length) many.set(pong, at);
  await client.say(many.subarray(0, many.length / 2));
  await client.say(frame(TEXT, bytes("still there")));
  await until(() => rig.heard.length === 1);
  await client.say(many);
  await until(() => client.isEnded);
  deepEqual(rig.hungUp, ["127.0.0.1 too-fast"]);
});

Deno.test("Guard hangs up on a peer that goes on behind the end, as on one that says too much", async () => {
  let frames = 0;
  const guard = new Guard((error) => {
    throw error;
  }, () => true);
  const handlers = {
    onOpen: () => {},
    onMessage: () => {},
    onClose: () => {},
    mayGoOn: () => ++frames <= 3,
  };
  const app = new Hono().get("/ws", upgradeWebSocket(() => guard.events(handlers)));
  using rig = await serve((request, env) => app.fetch(request, env));
  using client = await open(rig.port);
  for (const socket of guard.open) socket.close(1008, "no more");
  await until(() => closeCode(client) === 1008);
  for (const kind of [TEXT, PING, 0x8a]) await client.say(frame(kind, bytes("x")));
  await until(() => frames === 3);
  equal(client.isEnded, false);
  await client.say(frame(0x8a, bytes("x")));
  await until(() => client.isEnded);
});

Deno.test("HttpServer ends no WebSocket whose peer could not be heard while the program stood still", async () => {
  using rig = await rigOfSockets();
  using unasked = await open(rig.port);
  rig.skip(PERSON.idleTimeoutSeconds * 1_000);
  await until(() => framesOf(unasked) === "\x89\x00", { saw: () => framesOf(unasked) });
  await unasked.say(frame(0x8a, bytes("")));
  // The answer lies in the socket when it is looked at the next time, as timers come first.
  rig.skip(PERSON.idleTimeoutSeconds * 1_000);
  for (const end = performance.now() + 5 * LOOK_MS; performance.now() < end;);
  await unasked.say(frame(TEXT, bytes("here")));
  await until(() => unasked.heard.includes("<here>") || unasked.isEnded);
  deepEqual(rig.closed, []);
});
