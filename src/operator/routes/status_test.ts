import { deepEqual, equal } from "node:assert/strict";
import type { Database } from "../../db/mod.ts";
import { Metrics, programStatus } from "../../metrics/mod.ts";
import { status as statusShape } from "../contract/status.ts";
import { apiOver, HERE, organizations, TOKEN } from "../../../testing/rigs/operator.ts";
import type { OperatorContext } from "../context.ts";

const NOW = Date.UTC(2025, 10, 23, 7, 0, 0);

/** What the API says of a program whose two isolates said this. */
async function status(say: (isolates: Metrics[], supervisor: Metrics) => void) {
  const memory = Metrics.memory(3);
  const [first, second, supervisor] = [0, 1, 2].map((slot) => new Metrics(memory, slot)) as [
    Metrics,
    Metrics,
    Metrics,
  ];
  say([first, second], supervisor);
  return await asked({
    db: { kind: "postgres" } as Database,
    program: { id: "kaigui 1", version: "1.2.3", status: () => Promise.resolve(programStatus(memory, NOW)) },
    wallClock: () => NOW,
  });
}

async function asked(context: Partial<OperatorContext>, token = TOKEN): Promise<Response> {
  return await apiOver(context).request("/status", { headers: { authorization: `Bearer ${token}` } }, HERE);
}

Deno.test("GET /status tells of the program, its isolates and all of them together", async () => {
  const response = await status((isolates, supervisor) => {
    for (const isolate of isolates) {
      isolate.set("isolate_up", 1);
      isolate.set("isolate_start_time_seconds", NOW / 1000 - 60);
      isolate.set("isolate_pulse_time_seconds", NOW / 1000 - 0.5);
      isolate.set("event_loop_lag_seconds", 0.0123);
      isolate.set("devices_connected", 3);
      isolate.set("devices_registered", 2);
      isolate.set("sockets_open", 4);
      isolate.set("commands_running", 1);
      isolate.set("router_peers", 1);
      isolate.set("broker_connected", 1);
      isolate.set("heap_bytes", 2e7);
      isolate.beat(1 / 3);
      isolate.add("commands_total", "opened", 10);
    }
    supervisor.set("start_time_seconds", NOW / 1000 - 90.5);
    supervisor.set("resident_memory_bytes", 9e7);
  });
  equal(response.status, 200);
  const body = await response.json();
  deepEqual(statusShape.parse(body), body);
  const { isolates, totals, ...program } = body;
  deepEqual(program, {
    program: "kaigui 1",
    version: "1.2.3",
    startedAt: "2025-11-23T06:58:29.500Z",
    uptimeSeconds: 90,
    router: { peers: 1, broker: "connected" },
    database: "postgres",
  });
  const isolate = {
    up: true,
    startedAt: "2025-11-23T06:59:00.000Z",
    restarts: 0,
    connections: 3,
    devices: 2,
    people: 4,
    commandsRunning: 1,
    commandsPerSecond: 0.3,
    commands: 10,
    heapBytes: 2e7,
    lagMs: 12,
  };
  deepEqual(isolates, [{ isolate: 0, ...isolate }, { isolate: 1, ...isolate }]);
  deepEqual(totals, {
    isolatesUp: 2,
    connections: 6,
    devices: 4,
    people: 8,
    commandsRunning: 2,
    commandsPerSecond: 0.6,
    commands: { opened: 20, accepted: 0, failed: 0, unconfirmed: 0, refused: 0, other: 0 },
    failures: 0,
    residentBytes: 9e7,
  });
});

Deno.test("GET /status tells of a program that has just begun, and of one that does not know", async () => {
  const body = await (await status(() => {})).json();
  deepEqual(statusShape.parse(body), body);
  deepEqual([body.startedAt, body.uptimeSeconds, body.totals.isolatesUp], [null, 0, 0]);
  equal((await asked({})).status, 503);
});

Deno.test("GET /status tells who may not ask who may", async () => {
  for (const [role, count] of [["viewer", 1], ["owner", 2]] as const) {
    const response = await asked({ organizations: organizations(count) }, `kg_${role}`);
    equal(response.status, 403);
    equal(
      (await response.json()).detail,
      "Only the service's own token may do that, and an owner where the service has one organization",
    );
  }
});
