import { deepEqual, equal } from "node:assert/strict";
import { Metrics } from "./metrics.ts";
import { programStatus } from "./status.ts";

const NOW = 2_000_000;

/** Two isolates and a supervisor, all of them up. */
function rig() {
  const memory = Metrics.memory(3);
  const [first, second, supervisor] = [0, 1, 2].map((slot) => new Metrics(memory, slot)) as [
    Metrics,
    Metrics,
    Metrics,
  ];
  for (const metrics of [first, second, supervisor]) {
    metrics.set("isolate_up", 1);
    metrics.set("isolate_start_time_seconds", 1_500);
    metrics.set("isolate_pulse_time_seconds", NOW / 1000);
  }
  supervisor.set("start_time_seconds", 1_000);
  return { memory, first, second, supervisor, status: () => programStatus(memory, NOW) };
}

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("programStatus() has each isolate's values, and the program's over all isolates", () => {
  const { first, second, supervisor, status } = rig();
  first.set("devices_connected", 4);
  first.set("devices_registered", 3);
  first.set("sockets_open", 5);
  first.set("commands_running", 1);
  first.set("heap_bytes", 3e7);
  first.set("event_loop_lag_seconds", 0.02);
  first.beat(12.5);
  first.add("commands_total", "opened", 8);
  second.add("commands_total", "refused", 2);
  second.add("isolate_restarts_total");
  second.add("failures_total", "database", 3);
  supervisor.set("resident_memory_bytes", 1.5e8);
  const { isolates, commands, ...program } = status();
  deepEqual(isolates.map(({ isolate }) => isolate), [0, 1]);
  deepEqual(isolates[0], {
    isolate: 0,
    up: true,
    startedAt: 1_500_000,
    restarts: 0,
    connections: 4,
    devices: 3,
    people: 5,
    commandsRunning: 1,
    commands: 8,
    commandsPerSecond: 12.5,
    heapBytes: 3e7,
    lagMs: 20,
  });
  deepEqual([isolates[1]?.restarts, isolates[1]?.commands], [1, 2]);
  deepEqual([commands["opened"], commands["refused"], commands["failed"]], [8, 2, 0]);
  deepEqual(program, { startedAt: 1_000_000, failures: 3, residentBytes: 1.5e8, peers: 0, broker: "none" });
});

pure("programStatus() has only the counters of an isolate that is gone", () => {
  const { memory, second, status } = rig();
  second.add("commands_total", "opened", 2);
  second.set("devices_registered", 9);
  Metrics.clearGauges(memory, 1);
  const [, gone] = status().isolates;
  deepEqual(
    [gone?.up, gone?.startedAt, gone?.devices, gone?.commands, gone?.lagMs],
    [false, undefined, 0, 2, 0],
  );
});

pure("programStatus() has a growing lag for an isolate that is stuck", () => {
  const { first, status } = rig();
  first.set("isolate_pulse_time_seconds", NOW / 1000 - 7);
  deepEqual(status().isolates.map(({ lagMs }) => lagMs), [6_000, 0]);
  first.set("isolate_pulse_time_seconds", NOW / 1000 - 1.1);
  equal(status().isolates[0]?.lagMs, 0);
});

pure("programStatus() has the worst link between isolates, and the worst to the broker", () => {
  const { memory, first, second, status } = rig();
  first.set("router_peers", 1);
  deepEqual([status().peers, status().broker], [0, "none"]);
  second.set("router_peers", 1);
  for (const metrics of [first, second]) metrics.set("broker_connected", 1);
  deepEqual([status().peers, status().broker], [1, "connected"]);
  second.set("broker_connected", 0);
  second.set("broker_away", 1);
  equal(status().broker, "away");
  Metrics.clearGauges(memory, 0);
  Metrics.clearGauges(memory, 1);
  deepEqual([status().peers, status().broker], [0, "none"]);
});

pure("programStatus() has no start time before it was set", () => {
  equal(programStatus(Metrics.memory(2), NOW).startedAt, undefined);
});
