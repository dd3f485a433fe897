import { deepEqual, equal } from "node:assert/strict";
import { DEVICE } from "../../lib/limits.ts";
import { AdmissionQueue } from "./admission_queue.ts";

/** A gate all places of which are taken, and who of those that come gets one, in order. */
async function crowded() {
  const gate = new AdmissionQueue();
  for (let place = 0; place < DEVICE.placesMax; place++) await gate.enter(["somebody"]);
  const begun: string[] = [];
  const come = (...networks: string[]) => {
    for (const network of networks) gate.enter([network]).then(() => begun.push(network));
  };
  const leave = async (times: number) => {
    for (let time = 0; time < times; time++) gate.leave();
    await Promise.resolve();
  };
  return { gate, begun, come, leave };
}

Deno.test("Gate.enter() lets in as many as there are places, the others as places are given back", async () => {
  const { gate, begun, come, leave } = await crowded();
  equal(gate.waiting, 0);
  come("a", "a", "b");
  await leave(0);
  deepEqual([begun, gate.waiting], [[], 3]);
  await leave(1);
  deepEqual([begun, gate.waiting], [["a"], 2]);
  await leave(2 + DEVICE.placesMax);
  deepEqual([begun, gate.waiting], [["a", "b", "a"], 0]);
  for (let place = 0; place < DEVICE.placesMax; place++) await gate.enter(["somebody"]);
  come("c");
  equal(gate.waiting, 1, "there are as many places as before");
});

Deno.test("Gate.enter() lets networks take turns, however many of one wait", async () => {
  const { begun, come, leave } = await crowded();
  come(...Array.from({ length: 1_000 }, () => "flood"), "x", "x", "y");
  await leave(6);
  deepEqual(begun, ["flood", "x", "y", "flood", "x", "flood"]);
});
