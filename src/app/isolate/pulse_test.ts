import { deepEqual, ok } from "node:assert/strict";
import { isolatePulse, programPulse, type Watched } from "./pulse.ts";
import { expose, Metrics, programStatus } from "../../metrics/mod.ts";

/** Time that passes when it is told to. */
class Clock {
  ms = 0;
  readonly clocks = {
    now: () => this.ms,
    wallClock: () => 1_000_000 + this.ms,
    failed: (error: unknown) => {
      throw error;
    },
  };
}

const ALONE: Watched = {
  devices: {
    accepted: 5,
    connections: new Set([{ isRegistered: true }, { isRegistered: false }, { isRegistered: true }]),
  },
  sockets: new Set([1, 2, 3, 4]),
  server: { connections: 6 },
  commands: { running: 1 },
  writer: { waiting: 2 },
  mesh: undefined,
  uplink: undefined,
};

/** The samples of these metrics, without `kaigui_` and what is 0. */
function shown(memory: SharedArrayBuffer, names: RegExp): string[] {
  return expose(memory).split("\n").filter((line) => !/^#| 0$/.test(line))
    .map((line) => line.replace("kaigui_", "")).filter((line) => names.test(line));
}

Deno.test("isolatePulse() tells of devices, people, commands and writes", () => {
  const memory = Metrics.memory(2);
  using _pulse = isolatePulse(new Metrics(memory, 0), ALONE, new Clock().clocks);
  deepEqual(shown(memory, /^(device|http|sockets|commands|database|router|broker)/), [
    "devices_connected 3",
    "devices_registered 2",
    "device_accepted_total 5",
    "http_connections 6",
    "sockets_open 4",
    "commands_running 1",
    "database_waiting 2",
  ]);
  const { isolates: [isolate], broker } = programStatus(memory, 1_000_000);
  ok((isolate?.heapBytes ?? 0) > 1_000_000);
  deepEqual([isolate?.up, isolate?.startedAt, broker], [true, 1_000_000, "none"]);
});

Deno.test("isolatePulse() tells of the other isolates", () => {
  const memory = Metrics.memory(3);
  const mesh = { peers: 1, counts: { batches: 100, resent: 2, lost: 1 } };
  using _pulse = isolatePulse(new Metrics(memory, 1), { ...ALONE, mesh }, new Clock().clocks);
  deepEqual(shown(memory, /^router/), [
    "router_batches_total 100",
    "router_resent_total 2",
    "router_peers_lost_total 1",
    'router_peers{isolate="1"} 1',
  ]);
});

Deno.test("isolatePulse() tells of the broker, and counts when it is back", () => {
  const memory = Metrics.memory(2);
  const uplink = { connected: false, peers: 0 };
  const clock = new Clock();
  using pulse = isolatePulse(new Metrics(memory, 0), { ...ALONE, uplink }, clock.clocks);
  const turn = (connected: boolean) => {
    uplink.connected = connected;
    uplink.peers = connected ? 4 : 0;
    clock.ms += 1_000;
    pulse.check();
    return shown(memory, /^broker/);
  };
  deepEqual(turn(false), ["broker_away 1"]);
  const well = ["broker_connected 1", 'broker_peers{isolate="0"} 4'];
  deepEqual(turn(true), well);
  deepEqual(turn(false), ["broker_away 1"]);
  deepEqual(turn(true), [well[0], "broker_reconnects_total 1", well[1]]);
});

Deno.test("programPulse() tells since when the program runs, and what it occupies", () => {
  const memory = Metrics.memory(2);
  using _pulse = programPulse(new Metrics(memory, 1), new Clock().clocks);
  const { startedAt, residentBytes, isolates } = programStatus(memory, 1_000_000);
  deepEqual([startedAt, isolates.map(({ up }) => up)], [1_000_000, [false]]);
  ok(residentBytes > 10_000_000);
});
