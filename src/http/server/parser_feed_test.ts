import { deepEqual, equal, ok } from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Hono } from "hono";
import { until } from "../../../testing/until.ts";
import { HTTP } from "../../lib/limits.ts";
import { upgradeWebSocket } from "../websocket_guard.ts";
import { Client, frame, serve, upgrade } from "../../../testing/rigs/http_server.ts";
import { RequestMessage } from "./request_message.ts";
import { ParserFeed, type ParserFeedOptions } from "./parser_feed.ts";

const GET = "GET / HTTP/1.1\r\nHost: k\r\n\r\n";
/** As many as one read takes. */
const MANY = 2_000;

/** A server of Node whose connections are read in pieces, each when `turn` runs it. */
async function listen(
  turn: ParserFeedOptions["turn"],
  answer: RequestListener<typeof RequestMessage> = () => {},
  now: () => number = () => performance.now(),
): Promise<
  Disposable & { port: number; sockets: readonly Socket[]; kept: readonly number[]; forgotten: () => number }
> {
  const server = createServer({ IncomingMessage: RequestMessage }, answer);
  const sockets: Socket[] = [];
  /** How many bytes waited, each time that this changed. */
  const kept: number[] = [];
  let forgotten = 0;
  server.on("connection", (socket) => {
    sockets.push(socket);
    const feed = new ParserFeed(socket, { turn, forget: () => forgotten++, now });
    feed.changed = () => kept.push(feed.heldBytes);
    socket.once("close", () => kept.push(feed.heldBytes));
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  server.on("upgrade", (_, socket) => socket.resume());
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  const port = (server.address() as AddressInfo).port;
  return { port, sockets, kept, forgotten: () => forgotten, [Symbol.dispose]: close };
}

function atOnce(work: () => void): boolean {
  work();
  return true;
}

Deno.test("ParserFeed lets the parser make few requests more of a connection that is over", async () => {
  let requests = 0;
  using server = await listen(atOnce, (incoming) => {
    requests++;
    incoming.socket.destroy();
  });
  using client = await Client.connect(server.port);
  await client.say(GET.repeat(MANY));
  await until(() => client.isEnded);
  ok(requests > 0 && requests < 100, `${requests} of ${MANY}`);
});

Deno.test("ParserFeed reads no more of a connection that waits for its turn, and then all of it", async () => {
  const turns: (() => void)[] = [];
  let requests = 0;
  using server = await listen((work) => turns.push(work) === 0, (_, outgoing) => {
    requests++;
    outgoing.end();
  });
  using client = await Client.connect(server.port);
  const said = client.say(GET.repeat(200 * MANY));
  await until(() => turns.length > 0);
  for (let n = 0; n < 5; n++) await new Promise((resolve) => setTimeout(resolve, 20));
  equal(requests, 0);
  const { bytesRead = 0 } = server.sockets[0] ?? {};
  ok(bytesRead <= 2 * 65_536, `${bytesRead} bytes`);
  await until(() => {
    for (const turn of turns.splice(0)) turn();
    return requests >= 100;
  }, { saw: () => requests });
  client[Symbol.dispose]();
  await said;
});

Deno.test("ParserFeed gives a request that reads its body all of it, in whatever chunks and however slowly", async () => {
  const bodies: string[] = [];
  using server = await listen((work) => {
    setTimeout(work);
    return false;
  }, async (incoming, outgoing) => {
    let body = "";
    for await (const chunk of incoming) {
      body += chunk;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    bodies.push(body);
    outgoing.end("read");
  });
  using client = await Client.connect(server.port);
  const text = Array.from({ length: 30_000 }, (_, n) => `${n} `).join("");
  const sizes = [70_000, 1, 3_000, 40_000, 1];
  let chunked = "";
  let at = 0;
  for (let n = 0; at < text.length; n++) {
    const chunk = text.slice(at, at += sizes[n % sizes.length] ?? 1);
    chunked += `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
  }
  await client.say(
    `POST / HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}0\r\n\r\n${GET}`,
  );
  await until(() => client.heard.split("read").length === 3, { saw: () => client.heard });
  deepEqual(bodies, ["", text]);
});

Deno.test("ParserFeed keeps nothing, and waits for no turn, once the connection is closed or a WebSocket", async () => {
  const turns: (() => void)[] = [];
  using server = await listen((work) => turns.push(work) === 0);
  const client = await Client.connect(server.port);
  await client.say(GET.repeat(MANY));
  await until(() => turns.length === 1);
  ok((server.kept.at(-1) ?? 0) > 10_000, `${server.kept}`);
  server.sockets[0]?.destroy();
  await until(() => server.forgotten() === 1);
  equal(server.kept.at(-1), 0);
  client[Symbol.dispose]();
  using other = await Client.connect(server.port);
  await other.say(upgrade("/ws") + "x".repeat(30_000));
  await until(() => turns.length === 2);
  ok((server.kept.at(-1) ?? 0) > 10_000, `${server.kept}`);
  turns.pop()?.();
  equal(server.kept.at(-1), 0);
});

Deno.test("ParserFeed has a connection wait that sends more than may come in time, and goes on", async () => {
  let now = 0;
  let requests = 0;
  using server = await listen(atOnce, () => void requests++, () => now);
  using client = await Client.connect(server.port);
  const lines = "\r\n".repeat(64 * 1024);
  const said = client.say(lines.repeat(HTTP.connectionBytes.burst / lines.length + 4) + GET);
  await until(() => (server.sockets[0]?.bytesRead ?? 0) > HTTP.connectionBytes.burst);
  for (let n = 0; n < 5; n++) await new Promise((resolve) => setTimeout(resolve, 20));
  equal(requests, 0);
  now += 10_000;
  await until(() => requests === 1);
  await said;
});

Deno.test("HttpServer keeps the chunks of a body that come together as one", async () => {
  let chunks = 0;
  using rig = await serve(async (request) => {
    for await (const _ of request.body ?? []) chunks++;
    return new Response("read");
  });
  using client = await Client.connect(rig.port);
  const body = `${"1\r\nx\r\n".repeat(5_000)}0\r\n\r\n`;
  await client.say(`POST / HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\n\r\n${body}`);
  await until(() => client.heard.endsWith("read"), { saw: () => client.heard });
  ok(chunks < 100, `${chunks} of 5,000`);
});

Deno.test("HttpServer hangs up where more is kept of bodies that nobody reads than may be", async () => {
  using rig = await serve(() => new Promise<Response>(() => {}), {
    limits: { max: 2_000, perNetworkMax: 2_000 },
  });
  const body = "x".repeat(60_000);
  const clients: Client[] = [];
  using _ = { [Symbol.dispose]: () => clients.forEach((client) => client[Symbol.dispose]()) };
  while (clients.length * body.length <= HTTP.keptBytesMax) {
    const client = await Client.connect(rig.port);
    clients.push(client);
    await client.say(`POST / HTTP/1.1\r\nHost: k\r\nContent-Length: 100000\r\n\r\n${body}`);
  }
  await until(() => rig.hungUp.includes("127.0.0.1 unread"), { saw: () => rig.hungUp });
});

Deno.test("HttpServer hangs up on many requests with an expectation, as on others", async () => {
  using rig = await serve(() => new Response("late"));
  using client = await Client.connect(rig.port);
  await client.say("GET / HTTP/1.1\r\nHost: k\r\nExpect: banana\r\n\r\n".repeat(MANY));
  await until(() => client.isEnded, { saw: () => client.heard });
  ok((client.heard.match(/HTTP\/1\.1 417/g) ?? []).length <= 8, client.heard.slice(0, 500));
});

Deno.test("HttpServer takes messages that come in one piece with the upgrade, and behind it", async () => {
  const heard: string[] = [];
  const app = new Hono().get(
    "/ws",
    upgradeWebSocket(() => ({ onMessage: ({ data }) => void heard.push(`${data}`) })),
  );
  using rig = await serve((request, env) => app.fetch(request, env));
  using client = await Client.connect(rig.port);
  const texts = Array.from({ length: 20 }, (_, n) => `${n}`.repeat(100));
  const bytes = texts.map((text) => frame(0x81, new TextEncoder().encode(text)));
  const head = new TextEncoder().encode(upgrade("/ws"));
  const all = new Uint8Array([...head, ...bytes.flatMap((one) => [...one])]);
  await client.say(all.subarray(0, head.length + 700));
  await client.say(all.subarray(head.length + 700));
  await until(() => heard.length === texts.length, { saw: () => [client.heard, heard.length] });
  equal(heard.join(), texts.join());
});
