import { deepEqual, equal } from "node:assert/strict";
import { surplusOf } from "./unknown_devices.ts";

const row = (id: string, network: string, last_at: number) => ({ id, network, last_at });

Deno.test("surplusOf() takes from the network with the most devices, the one that came longest ago first", () => {
  const flood = Array.from({ length: 6 }, (_, n) => row(`made-up-${n}`, "flood", 100 + n));
  const rows = [row("quiet", "a", 1), ...flood, row("old", "b", 2)];
  deepEqual(surplusOf(rows, 5), ["made-up-0", "made-up-1", "made-up-2"]);
  deepEqual(surplusOf(rows, 8), []);
});

Deno.test("surplusOf() takes the one that came longest ago where each network has one", () => {
  const rows = [row("new", "a", 3), row("old", "b", 1), row("middle", "c", 2)];
  deepEqual(surplusOf(rows, 2), ["old"]);
  equal(surplusOf(rows, 0).length, 3);
});
