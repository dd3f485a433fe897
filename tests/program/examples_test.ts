/**
 * What `compose.yaml` and `examples/` put together, as far as it runs without containers: the real HAProxy and the real
 * nats-server by the files that are shipped, two programs, one Postgres.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { userRoutes } from "../../src/users/mod.ts";
import { type DatabaseTest, testOnPostgres, whyNoPostgres } from "../../testing/servers/databases.ts";
import { putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program, TOKEN } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { Balancer, HAPROXY_CONFIG, whyNoHaproxy } from "../../testing/servers/haproxy.ts";
import { NatsServer } from "../../testing/servers/nats.ts";
import { openProgram, whyNoNats } from "../../testing/servers/nats_rig.ts";
import { freePort } from "../../testing/servers/ports.ts";
import { FIRST } from "../../testing/servers/tls.ts";
import { testUnless } from "../../testing/test_run.ts";

const NATS_CONFIG = await Deno.readTextFile(new URL("../../examples/nats.conf", import.meta.url));
/** nats-server would take it for a number, were it not in quotes. */
const NATS_PASSWORD = "4e1200112233445566778899aabbccdd";

/** Why the fleet's tests are left out; `undefined`: they can run. */
const missing = whyNoHaproxy() ?? whyNoNats() ?? whyNoPostgres();

function testOnHaproxy(name: string, fn: (stack: AsyncDisposableStack) => Promise<void>): void {
  testUnless(whyNoHaproxy(), name, async () => {
    await using stack = new AsyncDisposableStack();
    await fn(stack);
  });
}

/** Registers the test where all of the fleet's parts can run. */
function testOnFleet(name: string, body: DatabaseTest): void {
  if (missing === undefined) testOnPostgres(name, body);
  else testUnless(missing, name, () => {});
}

/** The server by the file that is shipped, but for its addresses. */
async function shippedNats(stack: AsyncDisposableStack): Promise<NatsServer> {
  const { path } = stack.use(await tempFolder());
  const file = `${path}/nats.conf`;
  await Deno.writeTextFile(
    file,
    NATS_CONFIG.replace(/^listen: .*$/m, "").replace(/^http: .*$/m, `http: 127.0.0.1:${freePort()}`),
  );
  const login = { user: "kaigui", password: NATS_PASSWORD };
  return stack.use(await NatsServer.start(login, { file, env: { NATS_PASSWORD: `'${NATS_PASSWORD}'` } }));
}

/** Two programs as in `compose.yaml`, with the balancer before them. */
async function fleet({ env, place }: Parameters<DatabaseTest>[0], stack: AsyncDisposableStack) {
  const nats = await shippedNats(stack);
  const tls = { DEVICE_TLS_PORT: "0", DEVICE_TLS_CERT: FIRST.certificate, DEVICE_TLS_KEY: FIRST.key };
  const inFront = { TRUSTED_PROXIES: "1", DEVICE_PROXIES: "127.0.0.1" };
  const start = async (folder: string) =>
    stack.use(await Program.start(folder, { ...env, ...tls, ...inFront, NATS_URL: nats.url, ISOLATES: "2" }));
  const programs = [
    await start(place.folder),
    await start(stack.use(await tempFolder()).path),
  ] as const;
  const { path: folder } = stack.use(await tempFolder());
  const { ports } = stack.use(await Balancer.start(programs, { folder }));
  const url = (port: number) => ({ url: `http://127.0.0.1:${port}` });
  return {
    programs,
    people: url(ports.people),
    operator: url(ports.operator),
    balancer: { devicePort: ports.devices, deviceTlsPort: ports.devicesTls },
  };
}

testOnFleet(
  "the shipped fleet opens doors through its balancer, and sees where devices come from",
  async (database, stack) => {
    const { programs, people, operator, balancer } = await fleet(database, stack);
    const cookies: string[] = [];
    for (
      const [id, connect] of [
        ["plain", (registration: string) => Device.connect(balancer, registration)],
        ["secure", (registration: string) => Device.connectTls(balancer, registration, FIRST.pem)],
      ] as const
    ) {
      await putCabinet(operator, id, { mode: "open" });
      const device = stack.use(await connect(`REG-${id}`));
      await untilOnline(operator, id);
      // Its own port, not that of the balancer's connection.
      const { port } = device.conn.localAddr as Deno.NetAddr;
      const peers = () =>
        programs.flatMap(({ err }) => err.filter((line) => line.includes("is online"))).map((line) =>
          JSON.parse(line)
        )
          .filter(({ cabinet }) => cabinet === id).map(({ peer }) => peer);
      await until(() => peers().length > 0);
      deepEqual(peers(), [`127.0.0.1:${port}`]);
      const cookie = await guestCookie(people, id);
      cookies.push(cookie);
      await using page = await Page.open(people, id, cookie);
      equal((await page.outcome(page.tap(7)))["state"], "opened");
      deepEqual(device.opens, ["8A 01 07 11 9D"]);
    }
    equal(new Set(cookies).size, 2);
  },
);

testOnFleet(
  "the shipped balancer keeps the operator's API and the figures from the street",
  async (database, stack) => {
    const { programs, people, operator } = await fleet(database, stack);
    equal((await asked(operator, "/api/v1/status")).status, 200);
    for (
      const path of [
        "/api/v1/status",
        "/api/v1/cabinets",
        "/api/v1/openapi.json",
        "/API/v1/status",
        "//api/v1/status",
        "/./api/v1/status",
        "/%61pi/v1/status",
        "/api%2Fv1/status",
        "/c/../api/v1/status",
        "/c/%2e%2e/api/v1/status",
        "/c/..%2fapi/v1/status",
        "/c\\..\\api\\v1\\status",
        "/c/lobby/..;/api/v1/status",
        "/assets/../api/v1/status",
        "/metrics",
        "/METRICS",
        "//metrics",
        "/%6Detrics",
        "/c/../metrics",
        "/readyz",
        "http://elsewhere.example/api/v1/status",
        "http://elsewhere.example/metrics",
      ]
    ) {
      const { status, text } = await asked(people, path);
      ok(status === 404 || status === 400, `${path}: ${status}`);
      ok(!/program|openapi|kaigui_/.test(text), `${path}: ${text}`);
    }
    equal((await asked(operator, "/metrics")).status, 404);
    equal((await asked(people, "/healthz")).status, 200);
    // What the balancer passes on needs the token even where the balancer is this machine.
    const through = { headers: { "x-forwarded-for": "203.0.113.9" } };
    const [program] = programs;
    equal(
      (await fetch(`${program.url}/metrics`, through).then(async (answer) => {
        await answer.body?.cancel();
        return answer;
      })).status,
      401,
    );
  },
);

testOnHaproxy("the shipped balancer takes its file as it is", async (stack) => {
  const { path } = stack.use(await tempFolder());
  const file = `${path}/haproxy.cfg`;
  await Deno.writeTextFile(file, HAPROXY_CONFIG);
  const { success, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `PATH=$PATH:/usr/sbin haproxy -c -f '${file}'`],
  }).output();
  const text = new TextDecoder().decode(Uint8Array.of(...stdout, ...stderr));
  equal(success, true, text);
  ok(!/warning/i.test(text), text);
});

testOnHaproxy(
  "the shipped balancer bounds what one address has open, and leaves the others alone",
  async (stack) => {
    const { path: folder } = stack.use(await tempFolder());
    const program = stack.use(await Program.start(folder, { DEVICE_PROXIES: "127.0.0.1" }));
    const MAX = 20;
    const change = (config: string) => config.replaceAll("sc0_conn_cur gt 2500", `sc0_conn_cur gt ${MAX}`);
    const { ports } = stack.use(await Balancer.start([program, program], { folder, change }));
    await putCabinet(program, "cab", { mode: "open" });
    const balancer = { devicePort: ports.devices };
    const device = stack.use(await Device.connect(balancer, "REG-cab"));
    await untilOnline(program, "cab");
    let refused = 0;
    const OVER = 5;
    // HAProxy resets those that it refuses, some of them before the connecting is over.
    const isReset = (error: unknown) => refused += Number(error instanceof Deno.errors.ConnectionReset);
    for (let n = 1; n < MAX + OVER; n++) {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port: ports.devices }).catch(isReset);
      if (typeof conn === "number") continue;
      stack.defer(() => conn[Symbol.dispose]());
      conn.read(new Uint8Array(1)).catch(isReset);
    }
    await until(() => refused === OVER, { saw: () => refused });
    await using page = await Page.open(program, "cab", await guestCookie(program, "cab"));
    equal((await page.outcome(page.tap(1)))["state"], "opened");
    equal(device.opens.length, 1);
  },
);

Deno.test("the shipped balancer leaves room for 2,000 people and 2,000 devices behind one address", () => {
  const limits = [...HAPROXY_CONFIG.matchAll(/^ +[^#\n]*sc0_(conn_cur|conn_rate|http_req_rate) gt (\d+)/gm)];
  deepEqual(limits.length, 4);
  for (const [line, , limit] of limits) ok(Number(limit) > 2_000, line);
});

Deno.test("the shipped balancer lets through every address that people have, and no other", () => {
  const [, pattern = ""] = /acl for-people path_reg (\S+)/.exec(HAPROXY_CONFIG) ?? [];
  const isForPeople = (path: string) => new RegExp(pattern).test(path);
  const account = { appId: "wx1", scope: "snsapi_base", token: "token" };
  const wechat = { account, mini: { appId: "wx2" }, proofs: { "MP_verify_AbC123.txt": "AbC123" } };
  const context = { wechat, publicUrl: "https://k.example" };
  const routes = userRoutes(context as unknown as Parameters<typeof userRoutes>[0]).routes.map(({ path }) =>
    path
  );
  ok(routes.length > 8);
  for (const route of routes) {
    const path = route.replace(":cabinet", "Lobby-a_2.b").replace(":link", "00ff".repeat(27));
    if (!path.includes("*")) equal(isForPeople(path), true, path);
  }
  for (const path of ["/", "/c/lobby-a/", "/assets/page.js", "/healthz", "/robots.txt", "/favicon.ico"]) {
    equal(isForPeople(path), true, path);
  }
  for (
    const path of [
      "/api/v1/status",
      "/api",
      "/metrics",
      "/readyz",
      "/console",
      "/c/../metrics",
      "/c/.well-known",
    ]
  ) {
    equal(isForPeople(path), false, path);
  }
});

testUnless(
  whyNoNats(),
  "the shipped NATS lets in who has the password, to Kaigui's subjects and no others",
  async () => {
    await using stack = new AsyncDisposableStack();
    const nats = await shippedNats(stack);
    const [one, two] = [await openProgram(nats.url), await openProgram(nats.url)];
    for (const program of [one, two]) stack.use(program);
    await until(() => [one, two].every(({ uplink }) => uplink.connected && uplink.peers > 0));
    one.uplink.serve("cab", { handle: (request) => Promise.resolve([request]), displaced: () => {} }, 1);
    await until(async () => await two.uplink.request("cab", "hello").catch(() => undefined) !== undefined);
    deepEqual(await two.uplink.request("cab", "hello"), ["hello"]);
    deepEqual([one.failures, two.failures], [[], []]);
    for (const login of [{ user: "kaigui", password: "guess" }, { user: "other", password: NATS_PASSWORD }]) {
      match(await greeted(nats.port, { user: login.user, pass: login.password }), /Authorization Violation/i);
    }
    match(await greeted(nats.port, {}), /Authorization/i);
    const login = { user: "kaigui", pass: NATS_PASSWORD };
    match(await greeted(nats.port, login, "SUB other.> 1"), /Permissions Violation/i);
    match(await greeted(nats.port, login, "PUB $SYS.x 0\r\n"), /Permissions Violation/i);
  },
);

/** Sends a request with the operator's token, its target as it is written here. */
async function asked({ url }: { url: string }, target: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url);
  using conn = await Deno.connect({ hostname, port: Number(port) });
  const head =
    `GET ${target} HTTP/1.1\r\nHost: k.example\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\n\r\n`;
  await conn.write(new TextEncoder().encode(head));
  const text = await new Response(conn.readable).text();
  return { status: Number(/^HTTP\/1\.[01] (\d+)/.exec(text)?.[1]), text };
}

/** What a NATS server says to a client that logs in so and then says that. */
async function greeted(port: number, login: Record<string, string>, line = "PING"): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const connect = `CONNECT ${
    JSON.stringify({ verbose: false, pedantic: false, ...login })
  }\r\n${line}\r\nPING\r\n`;
  await conn.write(new TextEncoder().encode(connect));
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  let text = "";
  while (!/-ERR|PONG/.test(text)) {
    const length = await conn.read(buffer);
    if (length === null) break;
    text += decoder.decode(buffer.subarray(0, length));
  }
  return text;
}
