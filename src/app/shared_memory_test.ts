import { deepEqual } from "node:assert/strict";
import { ISOLATE } from "../lib/limits.ts";
import { Metrics } from "../metrics/mod.ts";
import { SharedMemory } from "./shared_memory.ts";

const LOOKS = ISOLATE.hungMs / ISOLATE.lookMs;

Deno.test("SharedMemory.hung() names the isolate whose heartbeat has stopped for as many looks as there are in the limit", () => {
  const memory = SharedMemory.make(2);
  const isolates = [0, 1].map((index) => new Metrics(memory.parts.metrics, index));
  isolates.forEach((isolate) => isolate.beat(0));
  deepEqual(memory.hung(), []);
  for (let look = 1; look < LOOKS; look++) {
    isolates[0]?.beat(0);
    deepEqual(memory.hung(), []);
  }
  deepEqual(memory.hung(), [1]);
});

Deno.test("SharedMemory.hung() does not take an isolate that starts, or starts again, for a stuck one", () => {
  const memory = SharedMemory.make(1);
  for (let look = 0; look <= LOOKS; look++) deepEqual(memory.hung(), []);
  new Metrics(memory.parts.metrics, 0).beat(0);
  for (let look = 0; look < LOOKS; look++) deepEqual(memory.hung(), []);
  memory.abandon(0);
  for (let look = 0; look <= LOOKS; look++) deepEqual(memory.hung(), []);
});
