import { deepEqual, equal } from "node:assert/strict";
import { setImmediate } from "node:timers";
import { collect } from "./collection.ts";
import { Metrics } from "./metrics.ts";
import { MetricsReader } from "./metrics_reader.ts";

/** Isolates that are up and update their number of devices at each request. */
function isolates(memory: SharedArrayBuffer, slots: readonly number[]) {
  const asked = new Map<number, number>();
  const stack = new DisposableStack();
  for (const slot of slots) {
    const metrics = new Metrics(memory, slot);
    stack.use(metrics.onCollect(() => {
      asked.set(slot, (asked.get(slot) ?? 0) + 1);
      metrics.set("devices_connected", 10 ** slot * (asked.get(slot) ?? 0));
    }));
    metrics.set("isolate_up", 1);
  }
  return { asked, [Symbol.dispose]: () => stack.dispose() };
}

/** Whether the work resolves before the event loop turns. */
async function isAtOnce(work: Promise<void>): Promise<boolean> {
  const turn = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
  return await Promise.race([work.then(() => true), turn]);
}

Deno.test("collect() resolves when every isolate that is up has updated its metrics, each time", async () => {
  const memory = Metrics.memory(4);
  using _isolates = isolates(memory, [0, 2, 3]);
  const devices = () => new MetricsReader(memory).value("devices_connected");
  equal(devices(), 0);
  await collect(memory);
  equal(devices(), 1_101);
  await collect(memory);
  equal(devices(), 2_202);
});

Deno.test("collect() resolves for all concurrent calls, and makes isolates update no more often than it is called", async () => {
  const memory = Metrics.memory(3);
  using scene = isolates(memory, [0, 1]);
  await Promise.all(Array.from({ length: 50 }, () => collect(memory)));
  for (const slot of [0, 1]) {
    const times = scene.asked.get(slot) ?? 0;
    equal(times >= 1 && times <= 50, true, `${times}`);
  }
});

Deno.test("collect() does not wait for isolates that are not up or are gone", async () => {
  const memory = Metrics.memory(3);
  {
    using _isolates = isolates(memory, [1]);
    await collect(memory);
  }
  Metrics.clearGauges(memory, 1);
  equal(await isAtOnce(collect(memory)), true);
});

Deno.test("collect() resolves without an isolate that is stuck, after the others have updated", async () => {
  const memory = Metrics.memory(3);
  using scene = isolates(memory, [0]);
  const stuck = new Metrics(memory, 1);
  stuck.set("isolate_up", 1);
  stuck.set("devices_connected", 7);
  await collect(memory);
  deepEqual([scene.asked.get(0), new MetricsReader(memory).value("devices_connected")], [1, 8]);
});

Deno.test("collect() makes an isolate update that was started in the slot of another one", async () => {
  const memory = Metrics.memory(2);
  for (const round of [1, 2]) {
    using scene = isolates(memory, [0]);
    for (let n = 1; n <= round; n++) await collect(memory);
    equal(scene.asked.get(0), round);
  }
});
