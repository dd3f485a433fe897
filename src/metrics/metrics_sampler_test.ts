import { deepEqual, equal } from "node:assert/strict";
import { collect } from "./collection.ts";
import { Metrics } from "./metrics.ts";
import { MetricsSampler, type MetricsSamplerOptions } from "./metrics_sampler.ts";
import { MetricsReader } from "./metrics_reader.ts";

/** A sampler of isolate 0 whose time stands still until it is moved. */
function rig(options: Partial<MetricsSamplerOptions> = {}, memory = Metrics.memory(2)) {
  let now = 0;
  const failures: unknown[] = [];
  const metrics = new Metrics(memory, 0);
  const sampler = new MetricsSampler(metrics, {
    failed: (error) => failures.push(error),
    now: () => now,
    wallClock: () => 1_000_000 + now,
    ...options,
  });
  /** Lets time pass, with a check every 100 ms or at the given intervals. */
  const pass = (ms: number, stepMs = 100) => {
    for (const end = now + ms; now < end;) {
      now += stepMs;
      sampler.check();
    }
  };
  return { memory, metrics, sampler, pass, failures, readings: new MetricsReader(memory) };
}

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("MetricsSampler sets at once that the isolate is up and since when", () => {
  const { sampler, readings, memory } = rig({ gauges: { devices_connected: () => 7 } });
  using _sampler = sampler;
  deepEqual(
    (["isolate_up", "isolate_start_time_seconds", "isolate_pulse_time_seconds", "devices_connected"] as const)
      .map((name) => readings.value(name, 0)),
    [1, 1_000, 1_000, 7],
  );
  equal(Metrics.heartbeat(memory, 0), 1);
});

pure("MetricsSampler changes the heartbeat and reads the gauges every second", () => {
  let devices = 1;
  const { sampler, pass, readings, memory } = rig({ gauges: { devices_connected: () => devices } });
  using _sampler = sampler;
  devices = 5;
  pass(900);
  deepEqual([readings.value("devices_connected"), Metrics.heartbeat(memory, 0)], [1, 1]);
  pass(100);
  deepEqual([readings.value("devices_connected"), Metrics.heartbeat(memory, 0)], [5, 2]);
  equal(readings.value("isolate_pulse_time_seconds", 0), 1_001);
});

Deno.test("MetricsSampler reads gauges and counters at collect(), and leaves the heartbeat", async () => {
  let devices = 1;
  const looks = {
    gauges: { devices_connected: () => devices },
    counters: { device_accepted_total: () => devices },
  };
  const { sampler, readings, memory } = rig(looks);
  const seen = () =>
    (["devices_connected", "device_accepted_total"] as const).map((name) => readings.value(name));
  using _sampler = sampler;
  devices = 5;
  await collect(memory);
  deepEqual([seen(), Metrics.heartbeat(memory, 0)], [[5, 5], 1]);
  sampler[Symbol.dispose]();
  devices = 9;
  await collect(memory);
  deepEqual(seen(), [5, 5], "it notes for the last time when it ends");
});

pure("MetricsSampler adds the increase of counters to what the isolate before has counted", () => {
  const memory = Metrics.memory(2);
  new Metrics(memory, 0).add("device_accepted_total", undefined, 100);
  let accepted = 3;
  const { sampler, pass, readings } = rig({ counters: { device_accepted_total: () => accepted } }, memory);
  equal(readings.value("device_accepted_total"), 103);
  accepted = 10;
  pass(2_000);
  equal(readings.value("device_accepted_total"), 110);
  accepted = 12;
  sampler[Symbol.dispose]();
  equal(readings.value("device_accepted_total"), 112);
});

pure("MetricsSampler sets the longest block of the last second, and adds up long ones", () => {
  const { sampler, pass, readings } = rig();
  using _sampler = sampler;
  const lag = () => readings.value("event_loop_lag_seconds", 0);
  pass(1_000);
  deepEqual([lag(), readings.value("event_loop_late_seconds_total")], [0, 0]);
  pass(400, 400);
  pass(130, 130);
  pass(600);
  deepEqual([lag(), readings.value("event_loop_late_seconds_total")], [0.3, 0.3]);
  pass(5_000, 5_000);
  deepEqual([lag(), readings.value("event_loop_late_seconds_total")], [4.9, 5.2]);
  pass(1_000);
  equal(lag(), 0);
});

pure("MetricsSampler sets how many commands per second ended lately", () => {
  const { sampler, pass, metrics, readings } = rig();
  using _sampler = sampler;
  for (let second = 0; second < 20; second++) {
    metrics.add("commands_total", "opened", 4);
    metrics.add("commands_total", "refused");
    pass(1_000);
  }
  equal(readings.commandsPerSecond(0), 5);
  pass(10_000);
  equal(readings.commandsPerSecond(0), 0);
});

pure("MetricsSampler goes on when one of its gauges throws", () => {
  const broken = new Error("no figure");
  const { sampler, pass, readings, failures } = rig({
    gauges: {
      database_waiting: () => {
        throw broken;
      },
      commands_running: () => 2,
    },
  });
  using _sampler = sampler;
  pass(1_000);
  deepEqual([failures, readings.value("commands_running")], [[broken, broken], 2]);
});
