import { deepEqual, equal } from "node:assert/strict";
import { ADDRESS, PERSON } from "./limits.ts";
import { AddressRateLimiter, KeyedRateLimiter } from "./keyed_rate_limiter.ts";

/** How many of so many tries are taken at that time. */
function taken(
  allowance: KeyedRateLimiter,
  key: string,
  { tries, now }: { tries: number; now: number },
): number {
  return Array.from({ length: tries }, () => allowance.takes(key, now)).filter((took) => took).length;
}

Deno.test({
  name: "KeyedRateLimiter.takes() lets a burst through, then as much as time gives, for each key by itself",
  permissions: "none",
  fn() {
    const allowance = new KeyedRateLimiter({ perSecond: 2, burst: 5 });
    equal(taken(allowance, "anne", { tries: 100, now: 0 }), 5);
    equal(taken(allowance, "bert", { tries: 100, now: 0 }), 5);
    equal(taken(allowance, "anne", { tries: 100, now: 499 }), 0);
    equal(taken(allowance, "anne", { tries: 100, now: 500 }), 1, "a refusal costs nothing");
    equal(taken(allowance, "anne", { tries: 100, now: 60_000 }), 5);
  },
});

Deno.test({
  name: "KeyedRateLimiter forgets the key that was idle longest when there are too many",
  permissions: "none",
  fn() {
    const allowance = new KeyedRateLimiter({ perSecond: 1, burst: 1 }, { keysMax: 2 });
    deepEqual(["anne", "bert", "anne"].map((key) => allowance.takes(key, 0)), [true, true, false]);
    equal(allowance.takes("carl", 0), true);
    deepEqual(["anne", "carl", "bert"].map((key) => allowance.takes(key, 0)), [false, false, true]);
  },
});

Deno.test({
  name: "PERSON.talksPerPerson never refuses all the pages that may be open, asking every 2.5 s and tapping",
  permissions: "none",
  fn() {
    const allowance = new KeyedRateLimiter(PERSON.talksPerPerson);
    for (let now = 0; now < 600_000; now += 2_500) {
      const tries = PERSON.socketsMax + 8;
      equal(taken(allowance, "anne", { tries, now }), tries, `after ${now} ms`);
    }
    equal(taken(allowance, "anne", { tries: 1_000, now: 600_000 }) < 100, true, "and refuses a flood");
  },
});

Deno.test({
  name: "KeyedRateLimiter.overdraw() answers a wait that grows up to the longest, and then goes down as fast",
  permissions: "none",
  fn() {
    const allowance = new KeyedRateLimiter({ perSecond: 2, burst: 3 });
    const waits = (tries: number, now: number) =>
      Array.from({ length: tries }, () => allowance.overdraw("anne", { now, waitMaxMs: 2_000 }));
    deepEqual(waits(5, 0), [0, 0, 0, 500, 1_000]);
    deepEqual(new Set(waits(100_000, 0).slice(2)), new Set([2_000]));
    deepEqual(waits(1, 2_000), [500], "a flood is paid off after the longest wait");
    equal(allowance.overdraw("bert", { now: 2_000, waitMaxMs: 2_000 }), 0);
  },
});

Deno.test({
  name: "KeyedRateLimiter.giveBack() lets a key do it as if it had not done it, and never more often",
  permissions: "none",
  fn() {
    const limiter = new KeyedRateLimiter({ perSecond: 1, burst: 2 });
    const taken = () => [1, 2, 3].map(() => limiter.takes("anne", 0));
    limiter.giveBack("anne", 0);
    deepEqual(taken(), [true, true, false]);
    limiter.giveBack("anne", 0);
    deepEqual(taken(), [true, false, false]);
    for (let n = 0; n < 5; n++) limiter.giveBack("anne", 0);
    deepEqual(taken(), [true, true, false]);
  },
});

Deno.test({
  name: "KeyedRateLimiter.retryAfterMs() says when the key may do it again",
  permissions: "none",
  fn() {
    const limiter = new KeyedRateLimiter({ perSecond: 0.5, burst: 2 });
    const wait = (now: number) => limiter.retryAfterMs("anne", now);
    equal(wait(0), 0);
    const waits = [1, 2, 3].map(() => [limiter.takes("anne", 0), wait(0)]);
    deepEqual(waits, [[true, 0], [true, 2_000], [false, 2_000]]);
    deepEqual([wait(500), wait(2_000), wait(60_000)], [1_500, 0, 0]);
  },
});

Deno.test({
  name: "AddressRateLimiter counts an IPv6 /64 as one address, and gives the /56 some times as much",
  permissions: "none",
  fn() {
    const { widerTimes } = ADDRESS;
    const from = (take: (network: number, host: number) => boolean, networks: number, hosts: number) =>
      Array.from({ length: networks * hosts }, (_, n) => take(n % networks, n)).filter(Boolean).length;
    const counted = (networks: number) => {
      const allowance = new AddressRateLimiter({ perSecond: 1, burst: 5 });
      return from(
        (network, host) => allowance.takes(`2001:db8:0:${network}::${host.toString(16)}`, 0),
        networks,
        50,
      );
    };
    deepEqual([counted(1), counted(2), counted(100)], [5, 10, 5 * widerTimes]);
    const allowance = new AddressRateLimiter({ perSecond: 1, burst: 5 });
    equal(from((_, host) => allowance.takes(host % 2 ? "10.0.0.1" : "::ffff:10.0.0.1", 0), 1, 50), 5);
    const waits = Array.from(
      { length: 60 },
      (_, n) => allowance.overdraw(`2001:db8:0:${n}::1`, { now: 0, waitMaxMs: 10_000 }),
    );
    deepEqual([waits[5 * widerTimes - 1], (waits.at(-1) ?? 0) > 0], [0, true]);
  },
});
