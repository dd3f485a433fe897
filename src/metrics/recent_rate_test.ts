import { equal } from "node:assert/strict";
import { RecentRate } from "./recent_rate.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("RecentRate covers the time since the first sample at first", () => {
  const rate = new RecentRate(100, 0);
  equal(rate.sample(100, 0), 0);
  equal(rate.sample(110, 1_000), 10);
  equal(rate.sample(110, 2_000), 5);
});

pure("RecentRate covers the last ten seconds later", () => {
  const rate = new RecentRate(0, 0);
  let last = 0;
  for (let second = 1; second <= 60; second++) {
    last = rate.sample(second <= 30 ? second * 50 : 1_500, second * 1_000);
  }
  equal(last, 0);
  for (let second = 61; second <= 65; second++) {
    last = rate.sample(1_500 + (second - 60) * 20, second * 1_000);
  }
  equal(last, 10);
});

pure("RecentRate covers a time without samples", () => {
  const rate = new RecentRate(0, 0);
  rate.sample(10, 1_000);
  equal(rate.sample(610, 61_000), 10);
  equal(rate.sample(620, 62_000), 10);
});
