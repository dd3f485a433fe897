import { deepEqual, equal, match, ok } from "node:assert/strict";
import { until } from "../../../testing/until.ts";
import { HTTP } from "../../lib/limits.ts";
import { Client, LOOK_MS, serve, upgrade } from "../../../testing/rigs/http_server.ts";

const GET = "GET / HTTP/1.1\r\nHost: k\r\n\r\n";
/** More bytes than the kernel takes for a peer that does not read. */
const LARGE = 8 * 1024 * 1024;

/** Answers with what was asked, and with the body. */
async function echo(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  return new Response(`${request.method} ${pathname} [${await request.text()}]`);
}

/** The statuses that were answered, one after the other. */
function statuses(client: Client): string[] {
  return [...client.heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = ""]) => status);
}

/** Says it on a connection of its own, and waits until it is answered so often or hung up on. */
async function ask(port: number, what: string, answers = 1): Promise<Client> {
  const client = await Client.connect(port);
  await client.say(what);
  await until(() => client.isEnded || statuses(client).length >= answers, { saw: () => client.heard });
  return client;
}

Deno.test("HttpServer answers one request after the other on one connection", async () => {
  using rig = await serve(echo);
  using client = await ask(rig.port, GET);
  await client.say("POST /b HTTP/1.1\r\nHost: k\r\nContent-Length: 3\r\n\r\nabc");
  await until(() => client.heard.includes("POST /b [abc]"), { saw: () => client.heard });
  await client.say(
    "POST /c HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n",
  );
  await until(() => client.heard.includes("POST /c [def]"), { saw: () => client.heard });
  deepEqual(statuses(client), ["200", "200", "200"]);
  equal(rig.server.connections, 1);
});

Deno.test("HttpServer answers HTTP/1.0 without a host, as balancers ask", async () => {
  using rig = await serve(({ url }) => new Response(url));
  using client = await ask(rig.port, "GET /readyz HTTP/1.0\r\n\r\n");
  await client.reading;
  match(client.heard, /^HTTP\/1\.\d 200 [^]*host\.invalid\/readyz/);
});

Deno.test("HttpServer answers HEAD without a body, and asks for a body that waits to be asked for", async () => {
  using rig = await serve(echo);
  using head = await ask(rig.port, "HEAD / HTTP/1.1\r\nHost: k\r\nConnection: close\r\n\r\n");
  await head.reading;
  match(head.heard, /content-length: 9\r\n/i);
  ok(head.heard.endsWith("\r\n\r\n"), head.heard);
  const expecting = "POST / HTTP/1.1\r\nHost: k\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  using client = await ask(rig.port, expecting);
  deepEqual(statuses(client), ["100"]);
  await client.say("ok");
  await until(() => client.heard.includes("[ok]"), { saw: () => client.heard });
});

Deno.test("HttpServer answers pipelined requests one after the other, and hangs up on many", async () => {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  using rig = await serve(async (request) => {
    asked.push(new URL(request.url).pathname);
    await new Promise<void>((resolve) => waiting.push(resolve));
    return await echo(request);
  });
  const paths = ["/1", "/2", "/3"];
  using client = await Client.connect(rig.port);
  await client.say(paths.map((path) => GET.replace("/", path)).join(""));
  for (const [before, path] of paths.entries()) {
    await until(() => waiting.length === 1, { saw: () => asked });
    deepEqual(asked, paths.slice(0, before + 1), "the others wait");
    waiting.pop()?.();
    await until(() => client.heard.includes(`GET ${path} `), { saw: () => client.heard });
  }
  using flood = await ask(rig.port, GET.repeat(1_000));
  equal(flood.heard, "");
  deepEqual(asked, paths);
  deepEqual(rig.hungUp, ["127.0.0.1 pipelined"]);
  for (const answer of waiting) answer();
});

Deno.test("HttpServer reads nothing on while a request waits for the one before it, and all of it afterwards", async () => {
  const waiting: (() => void)[] = [];
  const bodies: number[] = [];
  using rig = await serve(async (request) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    bodies.push((await request.text()).length);
    return new Response("here");
  });
  using client = await Client.connect(rig.port);
  const post = (length: number) =>
    `POST / HTTP/1.1\r\nHost: k\r\nContent-Length: ${length}\r\n\r\n${"x".repeat(length)}`;
  let isSaid = false;
  const lengths = [60_000, 2_000_000, 60_000, 2_000_000, 60_000];
  const said = client.say(lengths.map(post).join("")).then(() => isSaid = true);
  for (const [n] of lengths.entries()) {
    await until(() => waiting.length === 1, { saw: () => bodies });
    if (n === 0) {
      for (let look = 0; look < 5; look++) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      equal(isSaid, false, "most of it lies with the peer");
    }
    waiting.pop()?.();
    await until(() => bodies.length === n + 1, { saw: () => bodies });
  }
  await said;
  deepEqual(bodies, lengths);
});

Deno.test("HttpServer says how long ago a request came, its wait for the one before it among that", async () => {
  const { promise: first, resolve: answer } = Promise.withResolvers<void>();
  const agoMs: number[] = [];
  using rig = await serve(async (_, { arrival }) => {
    agoMs.push(arrival.agoMs());
    await first;
    return new Response("here");
  });
  using client = await Client.connect(rig.port);
  await client.say(GET.repeat(2));
  await until(() => agoMs.length === 1);
  rig.skip(5_000);
  answer();
  await until(() => agoMs.length === 2);
  deepEqual(agoMs.map((ms) => Math.floor(ms / 5_000)), [0, 1]);
});

Deno.test("HttpServer begins no request before what was answered to the one before was taken", async () => {
  const asked: string[] = [];
  using rig = await serve(({ url }) => {
    asked.push(new URL(url).pathname);
    return new Response("x".repeat(LARGE));
  });
  using deaf = await Client.connect(rig.port, { isDeaf: true });
  await deaf.say(["/1", "/2", "/3"].map((path) => GET.replace("/", path)).join(""));
  using other = await ask(rig.port, GET.replace("/", "/other"));
  await until(() => other.heard.length > LARGE);
  deepEqual(asked, ["/1", "/other"]);
});

Deno.test("HttpServer keeps no more of answers that nobody reads than it may", async () => {
  using rig = await serve(() => new Response("x".repeat(LARGE)));
  const many = Math.ceil(HTTP.keptBytesMax / LARGE) + 8;
  const deaf: Client[] = [];
  using _ = { [Symbol.dispose]: () => deaf.forEach((client) => client[Symbol.dispose]()) };
  while (deaf.length < many) {
    deaf.push(await Client.connect(rig.port, { isDeaf: true }));
    await deaf.at(-1)?.say(GET);
  }
  await until(() => rig.hungUp.length > 0);
  deepEqual(new Set(rig.hungUp), new Set(["127.0.0.1 unread"]));
  using reader = await ask(rig.port, GET);
  await until(() => reader.heard.length > LARGE, { saw: () => reader.heard.length });
});

Deno.test("HttpServer refuses a request whose end could be seen in two ways, and passes on nothing of it", async () => {
  let asked = 0;
  using rig = await serve(() => {
    asked++;
    return new Response("never");
  });
  const smuggled = `0\r\n\r\n${GET}`;
  for (
    const headers of [
      `Content-Length: ${smuggled.length}\r\nTransfer-Encoding: chunked`,
      `Transfer-Encoding: chunked\r\nContent-Length: ${smuggled.length}`,
      "Content-Length: 5\r\nContent-Length: 6",
      "Content-Length: 5, 6",
      "Transfer-Encoding: chunked, identity",
      "Transfer-Encoding : chunked",
      "Content-Length: +5",
      "Content-Length\r\n : 5",
    ]
  ) {
    using client = await ask(rig.port, `POST / HTTP/1.1\r\nHost: k\r\n${headers}\r\n\r\n${smuggled}`);
    await client.reading;
    deepEqual(statuses(client), ["400"], headers);
  }
  equal(asked, 0);
});

/** So many header lines. */
function headers(count: number): string {
  return ["Host: k", ...Array.from({ length: count - 1 }, (_, n) => `x-${n}: y`), ""].join("\r\n");
}

Deno.test("HttpServer refuses heads that are too long, that are none, and those of HTTP/2", async () => {
  using rig = await serve(echo);
  const asked: [string, string][] = [
    [`GET / HTTP/1.1\r\nHost: k\r\nX: ${"x".repeat(HTTP.headBytesMax)}\r\n\r\n`, "431"],
    [`GET /${"x".repeat(2 * HTTP.headBytesMax)}`, "431"],
    [`GET / HTTP/1.1\r\n${headers(HTTP.headersMax + 1)}\r\n`, "431"],
    [upgrade("/", { headers: [headers(HTTP.headersMax).trimEnd()] }), "431"],
    [`GET / HTTP/1.1\r\n${headers(HTTP.headersMax)}\r\n`, "200"],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400"],
    ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc", "400"],
    ["GET / HTTP/1.1\r\n\r\n", "400"],
    ["GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400"],
  ];
  for (const [what, status] of asked) {
    using client = await ask(rig.port, what);
    deepEqual(statuses(client), [status], what.slice(0, 40));
  }
  using connect = await ask(rig.port, "CONNECT example.org:443 HTTP/1.1\r\nHost: k\r\n\r\n");
  equal(connect.heard, "");
});

Deno.test("HttpServer refuses a path that has another spelling, and says so", async () => {
  const asked: string[] = [];
  using rig = await serve((request) => {
    asked.push(request.url);
    return new Response("here");
  });
  const doubtful = [
    "/%6Detrics",
    "/%61pi/v1/status",
    "/a%2Db",
    "/a%7eb",
    "/c/../metrics",
    "/c/..",
    "/./metrics",
    "/metrics/.",
    "/c/%2e%2e/metrics",
    "/c/.%2E/metrics",
    "/c/..\\metrics",
    "/c\\..\\metrics",
    "/metrics#",
    "/metrics#/c/cab",
    "/%",
    "/%zz",
    "http://k/c/../metrics",
  ];
  for (const path of doubtful) {
    for (const what of [`GET ${path} HTTP/1.1\r\nHost: k\r\n\r\n`, upgrade(path)]) {
      using client = await ask(rig.port, what);
      deepEqual(statuses(client), ["400"], path);
    }
  }
  using told = await ask(rig.port, GET.replace("/", "/c/.."));
  await until(() => told.isEnded, { saw: () => told.heard });
  match(told.heard, /^content-type: application\/problem\+json\r$/mi);
  const { detail, ...problem } = JSON.parse(told.heard.split("\r\n\r\n")[1] ?? "");
  match(detail, /^Write the path plainly/);
  deepEqual(problem, { type: "about:blank", title: "Bad Request", status: 400, code: "bad-request" });
  deepEqual(asked, []);
  const plain = [
    "/",
    "/c/a.b_c~d-e/",
    "/...",
    "/.well-known/x",
    "/%E6%9F%9C",
    "/a%2Fb%20c",
    "/c/a?x=../%6D",
    "//c//a",
  ];
  for (const path of plain) {
    using client = await ask(rig.port, GET.replace("/", path));
    deepEqual(statuses(client), ["200"], path);
  }
  equal(asked.length, plain.length);
});

Deno.test("HttpServer takes an upgrade that is not for a WebSocket as if it had not been asked for", async () => {
  using rig = await serve((request) => new Response(`${request.method} ${request.headers.get("upgrade")}`));
  const ways = [
    "GET / HTTP/1.1\r\nHost: k\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: k\r\nUpgrade: websocket\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: k\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n",
  ];
  for (const way of ways) {
    using client = await ask(rig.port, way);
    match(client.heard, /^HTTP\/1\.1 200 .*\r\n\r\n(GET|POST) null$/s);
  }
});

Deno.test("HttpServer answers a WebSocket that is refused with status and headers, and hangs up", async () => {
  using rig = await serve(() => new Response("no", { status: 429, headers: { "retry-after": "1" } }));
  using client = await ask(rig.port, upgrade("/ws"));
  await client.finish();
  await client.reading;
  match(client.heard, /^HTTP\/1\.1 429 .*retry-after: 1\r\n/s);
  await until(() => rig.server.connections === 0);
});

Deno.test("HttpServer says where a request came from", async () => {
  using rig = await serve((_, { remoteAddr: { hostname, port } }) => new Response(`${hostname} ${port > 0}`));
  using client = await ask(rig.port, GET);
  match(client.heard, /127\.0\.0\.1 true$/);
});

Deno.test("HttpServer cancels a request whose peer is gone, and an answer that streams", async () => {
  const seen: string[] = [];
  using rig = await serve((request) => {
    request.signal.addEventListener("abort", () => seen.push("aborted"));
    return new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode("begun")),
        cancel: () => void seen.push("cancelled"),
      }),
    );
  });
  const client = await ask(rig.port, GET);
  await until(() => client.heard.includes("begun"), { saw: () => client.heard });
  client[Symbol.dispose]();
  await until(() => seen.length === 2, { saw: () => seen });
  deepEqual(seen.sort(), ["aborted", "cancelled"]);
});

const EMPTY = "POST / HTTP/1.1\r\nHost: k\r\nContent-Length: 0\r\n\r\n";

for (
  const [what, request] of [["a request", GET], [
    "one whose body is empty and that nobody reads",
    EMPTY,
  ]] as const
) {
  Deno.test(`HttpServer listens no more when it is shut down, and waits until ${what} is answered`, async () => {
    const { promise: answering, resolve: answer } = Promise.withResolvers<void>();
    let asked = 0;
    using rig = await serve(async () => {
      asked++;
      await answering;
      return new Response("late");
    });
    using idle = await Client.connect(rig.port);
    using client = await Client.connect(rig.port);
    await client.say(request);
    await until(() => rig.server.connections === 2 && asked === 1);
    let isDown = false;
    const down = rig.server.shutdown().then(() => isDown = true);
    const refused = await Client.connect(rig.port).then(() => false, () => true);
    deepEqual([refused, isDown], [true, false]);
    answer();
    await down;
    await until(() => client.heard.includes("late"), { saw: () => client.heard });
    rig.server[Symbol.dispose]();
    await idle.reading;
  });
}

Deno.test("HttpServer says so when its address is taken", async () => {
  using rig = await serve(echo);
  const again = await serve(echo, { port: rig.port }).catch((error: unknown) => error);
  ok(again instanceof Deno.errors.AddrInUse, Deno.inspect(again));
});

Deno.test("HttpServer listens anew once when it could not for a while, and tells of it once", async () => {
  // Like every other socket, an attempt to connect needs a descriptor: there is none.
  const { connect } = Deno;
  let attempts = 0;
  Deno.connect = (): Promise<never> => {
    attempts++;
    return Promise.reject(new Error("EMFILE"));
  };
  using _ = { [Symbol.dispose]: () => void (Deno.connect = connect) };
  using rig = await serve(echo, { times: { attemptEveryMs: 10 }, isolates: 2 });
  using _taken = Deno.listen({ hostname: "127.0.0.66", port: rig.port });
  rig.moveTo("127.0.0.66");
  await until(() => rig.failures.length > 0);
  // Several times as many as in the first round.
  const many = 5 * attempts;
  await until(() => attempts >= many, { saw: () => attempts });
  match(
    String(rig.failures),
    /^Error: The server on port \d+ accepted no connections any more, so another one listens now$/,
  );
  rig.moveTo("127.0.0.1");
  Deno.connect = connect;
  using client = await until(() => Client.connect(rig.port).catch(() => undefined));
  await client.say(GET);
  await until(() => statuses(client).length > 0);
  deepEqual(statuses(client), ["200"]);
  await rig.server.shutdown();
  const refused = await Client.connect(rig.port).then(() => false, () => true);
  equal(refused, true, "no other listener is left");
});
