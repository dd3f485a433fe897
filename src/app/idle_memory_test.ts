import { deepEqual } from "node:assert/strict";
import { IdleMemory } from "./idle_memory.ts";

const MIB = 1024 * 1024;

Deno.test({
  name: "IdleMemory collects once it is quiet after much was allocated, and not before",
  permissions: "none",
  fn() {
    let used = 20 * MIB;
    const collections: number[] = [];
    let look = 0;
    let taps = 0;
    using memory = new IdleMemory({
      used: () => used,
      activity: () => taps,
      collect: () => {
        collections.push(look);
        used = 25 * MIB;
      },
    });
    const sizes = [20, 60, 120, 120.5, 25, 25.2, 30, 30, 60, 60, 90, 90, 90];
    for (const size of sizes) {
      used = size * MIB;
      if (look === 11) taps++;
      memory.check();
      look++;
    }
    deepEqual(collections, [3, 9, 12]);
  },
});
