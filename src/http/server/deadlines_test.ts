import { deepEqual, equal, match } from "node:assert/strict";
import { until } from "../../../testing/until.ts";
import { HTTP } from "../../lib/limits.ts";
import { Client, LOOK_MS, serve } from "../../../testing/rigs/http_server.ts";

const GET = "GET / HTTP/1.1\r\nHost: k\r\n\r\n";
/** Short, so that tests need not wait for what Node times itself. */
const TIMES = { headMs: 200, bodyMs: 400, lookMs: LOOK_MS };

async function ended(client: Client): Promise<void> {
  await until(() => client.isEnded, { saw: () => client.heard });
}

/** Says one byte of it now and then, until it is hung up on. */
async function drip(client: Client, bytes: string): Promise<void> {
  for (const byte of bytes) {
    if (client.isEnded) return;
    await client.say(byte);
    await pause(LOOK_MS);
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("HttpServer ends a connection that sends nothing, half a head, or a byte of one now and then", async () => {
  using rig = await serve(() => new Response("never"), { times: TIMES });
  using silent = await Client.connect(rig.port);
  using half = await Client.connect(rig.port);
  using slow = await Client.connect(rig.port);
  await half.say("GET / HTTP/1.1\r\nHost: k\r\nX-Y");
  await Promise.all([ended(silent), ended(half), drip(slow, `GET / HTTP/1.1\r\nX: ${"x".repeat(1_000)}`)]);
  for (const client of [silent, half, slow]) {
    await ended(client);
    match(client.heard, /^HTTP\/1\.1 408 /);
  }
  await until(() => rig.server.connections === 0);
});

Deno.test("HttpServer ends a request whose body does not come, or a byte of it now and then", async () => {
  let read = 0;
  using rig = await serve(async (request) => {
    const body = await request.text().catch(() => undefined);
    read++;
    return new Response(`${body}`);
  }, { times: TIMES });
  const head = "POST / HTTP/1.1\r\nHost: k\r\n";
  using silent = await Client.connect(rig.port);
  using slow = await Client.connect(rig.port);
  await silent.say(`${head}Content-Length: 10\r\n\r\n12345`);
  await slow.say(`${head}Transfer-Encoding: chunked\r\n\r\n`);
  await Promise.all([ended(silent), drip(slow, "1\r\nx\r\n".repeat(200))]);
  await ended(slow);
  await until(() => read === 2, { saw: () => read });
  await until(() => rig.server.connections === 0);
  // Hono's adapter looks at the bodies again two turns after it closed them.
  await pause(LOOK_MS);
});

Deno.test("HttpServer ends a connection that requests nothing more, also if it sends line ends", async () => {
  using rig = await serve(() => new Response("here"));
  using idle = await Client.connect(rig.port);
  using noisy = await Client.connect(rig.port);
  for (const client of [idle, noisy]) {
    await client.say(GET);
    await until(() => client.heard.endsWith("here"), { saw: () => client.heard });
  }
  rig.skip(HTTP.idleMs - 5_000);
  await noisy.say("\r\n");
  rig.skip(5_000);
  await Promise.all([ended(idle), ended(noisy)]);
});

Deno.test("HttpServer answers what came while the program stood still", async () => {
  using rig = await serve(() => new Response("here"));
  using client = await Client.connect(rig.port);
  await client.say(GET);
  await until(() => client.heard.endsWith("here"), { saw: () => client.heard });
  const soFar = client.heard.length;
  await client.say(GET);
  // The request lies in the socket when the connection is looked at the next time, as timers come first.
  rig.skip(HTTP.idleMs);
  for (const end = performance.now() + 5 * LOOK_MS; performance.now() < end;);
  await until(() => client.isEnded || client.heard.length > soFar);
  match(client.heard.slice(soFar), /here$/);
});

/** An answer of so many bytes, as one text or as a stream. */
function large(bytes: number, isStream: boolean): Response {
  if (!isStream) return new Response("x".repeat(bytes));
  const chunk = new Uint8Array(64 * 1024);
  let left = bytes;
  return new Response(
    new ReadableStream({
      pull(controller) {
        left -= chunk.length;
        controller.enqueue(chunk);
        if (left <= 0) controller.close();
      },
    }),
  );
}

for (const isStream of [false, true]) {
  const name = isStream ? "that streams" : "that is one text";
  Deno.test(`HttpServer gives up an answer ${name} where its peer does not take it, and only then`, async () => {
    const bytes = 16 * 1024 * 1024;
    using rig = await serve(
      ({ url }) => url.endsWith("/large") ? large(bytes, isStream) : new Response("here"),
      { isClockStill: true },
    );
    using deaf = await Client.connect(rig.port, { isDeaf: true });
    using reader = await Client.connect(rig.port);
    for (const client of [deaf, reader]) await client.say(GET.replace("/", "/large"));
    await until(() => reader.heard.length > bytes);
    rig.skip(HTTP.stalledMs - 1);
    using other = await Client.connect(rig.port);
    await other.say(GET);
    await until(() => other.heard.endsWith("here"));
    equal(rig.server.connections, 3, "it has a while");
    rig.skip(1);
    await other.say(GET);
    await until(() => rig.hungUp.length > 0);
    deepEqual(rig.hungUp, ["127.0.0.1 stalled"]);
  });
}

for (const body of ["sent\n", "x".repeat(1_000_000)]) {
  Deno.test(`HttpServer waits for the rest of an answer whose first ${body.length} bytes were taken`, async () => {
    const { promise, resolve: finish } = Promise.withResolvers<void>();
    using rig = await serve(() =>
      new Response(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(new TextEncoder().encode(body));
            await promise;
            controller.enqueue(new TextEncoder().encode("opened\n"));
            controller.close();
          },
        }),
      )
    );
    using client = await Client.connect(rig.port);
    await client.say(GET);
    await until(() => client.heard.includes(body));
    rig.skip(HTTP.idleMs);
    await pause(5 * LOOK_MS);
    rig.skip(HTTP.idleMs);
    await pause(5 * LOOK_MS);
    finish();
    await until(() => client.heard.includes("opened\n"), { saw: () => client.heard.slice(-100) });
    deepEqual(rig.hungUp, []);
  });
}

Deno.test("HttpServer lets connections in for those that wait, and not for those that are answered", async () => {
  const waiting: (() => void)[] = [];
  using rig = await serve(async () => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return new Response("here");
  }, { limits: { max: 3, perNetworkMax: 3 } });
  using first = await Client.connect(rig.port);
  await first.say(GET);
  await until(() => waiting.length === 1);
  using slow = await Client.connect(rig.port);
  await slow.say("POST / HTTP/1.1\r\nHost: k\r\nContent-Length: 10\r\n\r\n1");
  await until(() => waiting.length === 2);
  using silent = await Client.connect(rig.port);
  await until(() => rig.server.connections === 3);
  using second = await Client.connect(rig.port);
  await ended(slow);
  using third = await Client.connect(rig.port);
  await ended(silent);
  for (const client of [second, third]) await client.say(GET);
  await until(() => waiting.length === 4);
  using late = await Client.connect(rig.port);
  await ended(late);
  for (const answer of waiting) answer();
  for (const client of [first, second, third]) {
    await until(() => client.heard.endsWith("here"), { saw: () => client.heard });
  }
  deepEqual(rig.hungUp.map((one) => one.split(" ")[1]), ["made-room", "made-room", "no-room"]);
});
