import { deepEqual, equal, throws } from "node:assert/strict";
import { SLOT_CELLS, SLOT_LAYOUT } from "./layout.ts";
import { Metrics } from "./metrics.ts";
import { MetricsReader } from "./metrics_reader.ts";
import { METRIC_NAMES } from "./table.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("every value has a cell of its own within the slot, and slots begin at cache lines", () => {
  const taken = METRIC_NAMES.flatMap((name) => {
    const { cells, sum, buckets } = SLOT_LAYOUT[name];
    return buckets.length > 0 ? [...cells, sum] : cells;
  });
  equal(new Set(taken).size, taken.length);
  deepEqual([Math.min(...taken) >= 2, Math.max(...taken) < SLOT_CELLS, SLOT_CELLS % 8], [true, true, 0]);
});

pure("Metrics writes to its own slot only", () => {
  const memory = Metrics.memory(3);
  const second = new Metrics(memory, 1);
  second.add("registrations_total");
  second.set("devices_connected", 2);
  second.observe("command_seconds", 1);
  second.beat(3);
  const cells = new Float64Array(memory);
  const others = [...cells.subarray(0, SLOT_CELLS), ...cells.subarray(2 * SLOT_CELLS)];
  deepEqual(others.filter((value) => value !== 0), []);
});

pure("Metrics counts a label value that the table does not list as other", () => {
  const memory = Metrics.memory(2);
  const metrics = new Metrics(memory, 0);
  metrics.add("device_closed_total", "silent");
  metrics.add("device_closed_total", "struck by lightning", 2);
  const counted = new MetricsReader(memory).labelled("device_closed_total");
  deepEqual([counted["silent"], counted["other"], metrics.counted("device_closed_total")], [1, 2, 3]);
});

pure("Metrics.clearGauges() keeps the counters, which the next isolate continues", () => {
  const memory = Metrics.memory(2);
  const before = new Metrics(memory, 0);
  before.add("registrations_total", undefined, 5);
  before.observe("command_seconds", 1);
  before.set("devices_connected", 3);
  before.set("isolate_up", 1);
  before.beat(7);
  Metrics.clearGauges(memory, 0);
  const readings = new MetricsReader(memory);
  deepEqual([readings.value("devices_connected"), readings.value("isolate_up", 0)], [0, 0]);
  deepEqual([readings.commandsPerSecond(0), Metrics.heartbeat(memory, 0)], [0, 0]);
  new Metrics(memory, 0).add("registrations_total");
  equal(readings.value("registrations_total"), 6);
  equal(readings.sum(SLOT_LAYOUT.command_seconds.sum), 1);
});

pure("Metrics.heartbeat() changes with every beat, and is 0 before the first", () => {
  const memory = Metrics.memory(2);
  equal(Metrics.heartbeat(memory, 0), 0);
  const metrics = new Metrics(memory, 0);
  metrics.beat(0);
  metrics.beat(1.5);
  deepEqual([Metrics.heartbeat(memory, 0), Metrics.heartbeat(memory, 1)], [2, 0]);
  equal(new MetricsReader(memory).commandsPerSecond(0), 1.5);
});

pure("Metrics rejects a slot that does not exist, and memory without a slot for an isolate", () => {
  const memory = Metrics.memory(2);
  for (const slot of [-1, 2, 0.5, NaN]) throws(() => new Metrics(memory, slot), RangeError, String(slot));
  for (const slots of [-1, 0, 1, 2.5, NaN]) throws(() => Metrics.memory(slots), RangeError, String(slots));
  throws(() => Metrics.clearGauges(memory, 2), /Cannot use slot 2: the memory has 2/);
});
