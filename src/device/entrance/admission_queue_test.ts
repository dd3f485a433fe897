import { deepEqual, equal } from "node:assert/strict";
import { DEVICE } from "../../lib/limits.ts";
import { AdmissionQueue } from "./admission_queue.ts";

/** A queue whose places are all taken, and the order in which the waiting connections get one. */
async function crowded() {
  const queue = new AdmissionQueue();
  for (let place = 0; place < DEVICE.placesMax; place++) await queue.enter(["network"]);
  const begun: string[] = [];
  const come = (...networks: string[]) => {
    for (const network of networks) queue.enter([network]).then(() => begun.push(network));
  };
  const leave = async (times: number) => {
    for (let time = 0; time < times; time++) queue.leave();
    await Promise.resolve();
  };
  return { queue, begun, come, leave };
}

Deno.test("AdmissionQueue.enter() lets in as many as there are places, the others as places are given back", async () => {
  const { queue, begun, come, leave } = await crowded();
  equal(queue.waiting, 0);
  come("a", "a", "b");
  await leave(0);
  deepEqual([begun, queue.waiting], [[], 3]);
  await leave(1);
  deepEqual([begun, queue.waiting], [["a"], 2]);
  await leave(2 + DEVICE.placesMax);
  deepEqual([begun, queue.waiting], [["a", "b", "a"], 0]);
  for (let place = 0; place < DEVICE.placesMax; place++) await queue.enter(["network"]);
  come("c");
  equal(queue.waiting, 1, "there are as many places as before");
});

Deno.test("AdmissionQueue.enter() lets networks take turns, however many of one wait", async () => {
  const { begun, come, leave } = await crowded();
  come(...Array.from({ length: 1_000 }, () => "flood"), "x", "x", "y");
  await leave(6);
  deepEqual(begun, ["flood", "x", "y", "flood", "x", "flood"]);
});
