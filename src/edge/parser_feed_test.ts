import { equal, ok } from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Hono } from "hono";
import { until } from "../../tests/harness.ts";
import { upgradeWebSocket } from "../sockets.ts";
import { Client, frame, serve, upgrade } from "./_rig.ts";
import { feedInPieces } from "./parser_feed.ts";

const GET = "GET / HTTP/1.1\r\nHost: k\r\n\r\n";
/** As many as one read takes. */
const MANY = 2_000;

Deno.test("feedInPieces() lets the parser make few requests more of a connection that is over", async () => {
  let requests = 0;
  const server = createServer((incoming) => {
    requests++;
    incoming.socket.destroy();
  });
  server.on("connection", feedInPieces);
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  using client = await Client.connect((server.address() as AddressInfo).port);
  await client.say(GET.repeat(MANY));
  await until(() => client.isEnded);
  ok(requests > 0 && requests < 100, `${requests} of ${MANY}`);
  server.close();
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
