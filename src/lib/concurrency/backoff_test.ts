import { deepEqual, equal, ok } from "node:assert/strict";
import { backoffMs } from "./backoff.ts";

const pure = { permissions: "none" } as const;
const WAITS = { firstMs: 500, maxMs: 15_000 };

Deno.test("backoffMs() doubles from the first wait up to the longest", pure, () => {
  const waits = [0, 1, 2, 3, 4, 5, 6].map((failures) => backoffMs(failures, WAITS));
  deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});

Deno.test("backoffMs() leaves half of the wait to chance where it is given a random number", pure, () => {
  equal(backoffMs(0, { ...WAITS, random: 0 }), 250);
  equal(backoffMs(1, { ...WAITS, random: 0 }), 500);
  equal(backoffMs(0, { ...WAITS, random: 0.5 }), 375);
  equal(backoffMs(1_000, { ...WAITS, random: 0 }), 7_500);
  ok(backoffMs(1_000, { ...WAITS, random: 0.999 }) < 15_000);
});

Deno.test("backoffMs() answers whole milliseconds, however many tries failed", pure, () => {
  equal(backoffMs(0, { firstMs: 333, maxMs: 333, random: 0.5 }), 250);
  equal(backoffMs(1_000_000, WAITS), 15_000);
  equal(backoffMs(1_000_000, { firstMs: 0, maxMs: 15_000 }), 0);
});
