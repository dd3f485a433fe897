import { equal } from "node:assert/strict";
import { SharedCount } from "./shared_count.ts";

Deno.test("SharedCount counts over all isolates, and forgets those of one that is gone", () => {
  const memory = SharedCount.memory(3);
  const [first, third] = [new SharedCount(memory, 0), new SharedCount(memory, 2)];
  first.add(5);
  third.add(3);
  first.add(-1);
  equal(third.total, 7);
  SharedCount.abandon(memory, 0);
  equal(first.total, 3);
});
