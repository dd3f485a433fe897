import type { Status } from "kaigui-client";
import { deepEqual, equal, match } from "node:assert/strict";
import { kaigui, TestIo, testService, until } from "../../../testing/rigs/cli.ts";

const TOKEN = { OPERATOR_TOKEN: "some-token" };

/** An isolate in which all is well. */
const ISOLATE = {
  isolate: 0,
  up: true,
  startedAt: "2025-11-20T03:00:00.500Z",
  restarts: 0,
  connections: 1_201,
  devices: 1_200,
  people: 40,
  commandsRunning: 3,
  commandsPerSecond: 12.5,
  commands: 90_000,
  heapBytes: 38_400_000,
  lagMs: 2,
};

const STATUS: Status = {
  program: "kaigui 7",
  version: "1.2.3",
  startedAt: "2025-11-20T03:00:00.000Z",
  uptimeSeconds: 273_900,
  isolates: [
    ISOLATE,
    { ...ISOLATE, isolate: 1, restarts: 2, lagMs: 8_000 },
    { ...ISOLATE, isolate: 2, up: false, startedAt: null, devices: 0, heapBytes: 0, lagMs: 0 },
  ],
  totals: {
    isolatesUp: 2,
    connections: 2_402,
    devices: 2_400,
    people: 80,
    commandsRunning: 6,
    commandsPerSecond: 25,
    commands: { opened: 269_990, refused: 10, failed: 0 },
    failures: 1,
    residentBytes: 152_000_000,
  },
  router: { peers: 1, broker: "away" },
  database: "postgres",
};

const CABINET = {
  id: "lobby-a",
  name: "大堂 A",
  board: "8a",
  registration: null,
  heartbeat: null,
  wiring: "short-when-locked",
  mode: "open",
  online: true,
  connectedAt: "2025-11-23T07:05:12.123Z",
  lastSeenAt: "2025-11-23T08:00:00.000Z",
  cells: [],
  link: "https://k.example/c/lobby-a",
  warnings: [],
};

/** A service that answers so; what it has no answer to is refused. */
function fake(answers: Readonly<Record<string, unknown>>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    const answer = answers[new URL(url).pathname];
    return answer === undefined ? new Response(null, { status: 503 }) : Response.json(answer);
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** All is well. */
const WELL = {
  "/healthz": "ok",
  "/readyz": "ready",
  "/api/v1/status": STATUS,
  "/api/v1/cabinets": {
    items: [CABINET, { ...CABINET, id: "lobby-b", online: false, connectedAt: null }],
    next: null,
  },
};

Deno.test("status shows the program, its isolates and how many cabinets are online", async () => {
  await using service = fake(WELL);
  const { code, out, err } = await kaigui(["status", "--url", service.url], new TestIo(TOKEN));
  deepEqual([code, err], [0, ""]);
  equal(
    out,
    `service   ${service.url}
alive     yes
ready     yes
version   1.2.3
up        3 d 4 h, since 2025-11-20 03:00:00Z
database  postgres
router    each isolate sees 1 of 2 others, broker away
memory    152 MB
devices   2,402 connected, 2,400 of them as a cabinet
commands  269,990 opened, 10 refused
failures  1
cabinets  2 (1 online, 1 offline)

ISOLATE  STATE   DEVICES  PEOPLE  RUNNING  COMMANDS  PER SECOND  HEAP   LAG       RESTARTS  UP SINCE
0        up      1,200    40      3        90,000    12.5        38 MB  2 ms      0         2025-11-20 03:00:00Z
1        hangs   1,200    40      3        90,000    12.5        38 MB  8,000 ms  2         2025-11-20 03:00:00Z
2        down    0        40      3        90,000    12.5        0 B    0 ms      0
all      2 of 3  2,400    80      6        270,000   25`,
  );
});

Deno.test("status --json says all that was seen", async () => {
  await using service = fake(WELL);
  const { code, out } = await kaigui(["status", "--json", "--url", service.url], new TestIo(TOKEN));
  equal(code, 0);
  deepEqual(JSON.parse(out), {
    service: service.url,
    alive: true,
    ready: true,
    status: STATUS,
    cabinets: { online: 1, offline: 1 },
  });
});

Deno.test("status ends with 1 when the service is not ready, and shows what it can", async () => {
  await using service = fake({ "/healthz": "ok", "/api/v1/status": STATUS });
  const { code, out, err } = await kaigui(["status", "--url", service.url], new TestIo(TOKEN));
  equal(code, 1);
  match(out, /alive {5}yes\nready {5}no\nversion {3}1\.2\.3[^]*\nISOLATE [^]*\nall /);
  match(err, /is not ready$/);
});

Deno.test("status ends with 1 when the service is not ready, also without a token", async () => {
  await using service = fake({ "/healthz": "ok" });
  const { code, out, err } = await kaigui(["status", "--url", service.url]);
  equal(code, 1);
  equal(out, `service  ${service.url}\nalive    yes\nready    no`);
  match(err, /is not ready$/);
});

Deno.test("status --watch shows until Ctrl-C, and ends with 0", async () => {
  await using service = fake(WELL);
  const io = new TestIo(TOKEN, 120);
  const ended = kaigui(["status", "--watch", "--url", service.url], io);
  await until(() => io.out.length > 0);
  io.interrupt();
  const { code, out } = await ended;
  equal(code, 0);
  equal(out.startsWith(`\x1b[H\x1b[2Jservice   ${service.url}\n`), true);
});

Deno.test("status --watch ends with 1 when there is nothing to watch", async () => {
  await using service = fake({ "/healthz": "ok", "/readyz": "ready" });
  const { code, out } = await kaigui(["status", "--watch", "--url", service.url], new TestIo(TOKEN));
  deepEqual([code, out], [1, ""]);
});

Deno.test("connections lists the cabinets that are connected", async () => {
  await using service = fake(WELL);
  const { code, out } = await kaigui(["connections", "--url", service.url], new TestIo(TOKEN));
  equal(code, 0);
  equal(
    out,
    `ID       NAME    BOARD  CONNECTED SINCE       LAST SEEN
lobby-a  大堂 A  8a     2025-11-23 07:05:12Z  2025-11-23 08:00:00Z`,
  );
  const json = await kaigui(["connections", "--json", "--url", service.url], new TestIo(TOKEN));
  deepEqual(JSON.parse(json.out), [CABINET]);
});

Deno.test("status and connections understand the service", async () => {
  await using test = await testService();
  const { code, out } = await kaigui(["status"], new TestIo(test.env));
  equal(code, 0);
  match(out, /^version {3}\d+\.\d+\.\d+\nup {8}\d+ s, since [^]*\ncabinets {2}0 \(0 online, 0 offline\)$/m);
  match(out, /^0 +up [^]*^all +(\d+) of \1 /m);
  equal((await kaigui(["connections"], new TestIo(test.env))).out, "No cabinet is connected");
});
