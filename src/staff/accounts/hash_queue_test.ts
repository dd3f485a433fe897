import { deepEqual } from "node:assert/strict";
import { type HashOrigin, HashQueue } from "./hash_queue.ts";

/** The order in which callers have their turns who have all come before the first one. */
function orderOf(origins: readonly HashOrigin[]): string[] {
  const queue = new HashQueue();
  const order: string[] = [];
  for (const origin of origins) queue.add(origin, () => order.push(origin.join(" ")));
  while (queue.size > 0) queue.take()?.();
  return order;
}

Deno.test("HashQueue gives the next turn of first tries to the newest one", () => {
  const order = orderOf([["stranger", "a"], ["stranger", "a"], ["first", "b"], ["first", "c"], [
    "first",
    "d",
  ]]);
  deepEqual(order, ["first d", "stranger a", "first c", "stranger a", "first b"]);
});

Deno.test("HashQueue lets the other kinds take turns, and blocks of addresses inside each", () => {
  const order = orderOf([
    ...["a", "a", "b"].map((block) => ["stranger", block] as const),
    ["known", "home"],
    ["inside"],
  ]);
  deepEqual(order, ["inside", "known home", "stranger a", "stranger b", "stranger a"]);
});

Deno.test("HashQueue has nothing to take when it is empty", () => {
  deepEqual(new HashQueue().take(), undefined);
});
