import { equal } from "node:assert/strict";
import { TokenBucket } from "./token_bucket.ts";

Deno.test({
  name: "TokenBucket gives the burst at once, then the rate, and remembers debt",
  permissions: "none",
  fn() {
    const bucket = new TokenBucket({ perSecond: 2, burst: 3 }, 0);
    equal(bucket.take(0), 2);
    equal(bucket.take(0), 1);
    equal(bucket.take(0), 0);
    equal(bucket.take(0), -1);
    equal(bucket.take(0), -2);
    equal(bucket.level(500), -1);
    equal(bucket.level(1_500), 1);
    equal(bucket.level(1_000_000), 3);
    equal(bucket.take(1_000_000, 5), -2);
  },
});

Deno.test({
  name: "TokenBucket gives at the beginning what it is said to have first",
  permissions: "none",
  fn() {
    const bucket = new TokenBucket({ perSecond: 2, burst: 3, first: 1 }, 0);
    equal(bucket.take(0), 0);
    equal(bucket.level(1_000_000), 3);
  },
});

Deno.test("TokenBucket.waitMs() says when the debt is over", () => {
  const bucket = new TokenBucket({ perSecond: 100, burst: 10 }, 0);
  equal(bucket.waitMs(0), 0);
  bucket.take(0, 30);
  equal(bucket.waitMs(0), 200);
  equal(bucket.waitMs(150), 50);
  equal(bucket.waitMs(1_000), 0);
});
