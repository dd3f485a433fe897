import { deepEqual, equal } from "node:assert/strict";
import { CircuitBreaker } from "./circuit_breaker.ts";

const pure = { permissions: "none" } as const;
const GROWING = { failuresMax: 3, callsMax: 8, openMs: 2_000, openMaxMs: 60_000 };
const STEADY = { failuresMax: 5, callsMax: 256, openMs: 5_000 };

/** A breaker after so many failures, each as soon as a call may run; and when the last one was. */
function failing(
  times: number,
  options: ConstructorParameters<typeof CircuitBreaker>[0] = GROWING,
): { breaker: CircuitBreaker; now: number } {
  const breaker = new CircuitBreaker(options);
  let now = 0;
  for (let n = 0; n < times; n++) {
    while (breaker.callsMax(now) === 0) now++;
    breaker.failed(now);
  }
  return { breaker, now };
}

Deno.test("CircuitBreaker lets all calls through until enough fail in a row", pure, () => {
  for (const options of [GROWING, STEADY]) {
    const { breaker, now } = failing(options.failuresMax - 1, options);
    equal(breaker.callsMax(now), options.callsMax);
    breaker.succeeded();
    for (let times = 1; times < options.failuresMax; times++) breaker.failed(now);
    equal(breaker.callsMax(now), options.callsMax, "it counts anew after a success");
    breaker.failed(now);
    equal(breaker.callsMax(now), 0);
  }
});

Deno.test(
  "CircuitBreaker lets one trial call through after the open time, and all after its success",
  pure,
  () => {
    const { breaker, now } = failing(STEADY.failuresMax, STEADY);
    deepEqual([breaker.callsMax(now + STEADY.openMs - 1), breaker.callsMax(now + STEADY.openMs)], [0, 1]);
    breaker.succeeded();
    equal(breaker.callsMax(now + STEADY.openMs), STEADY.callsMax);
  },
);

Deno.test("CircuitBreaker opens again when the trial call fails, counted from its failure", pure, () => {
  const { breaker, now } = failing(STEADY.failuresMax, STEADY);
  const later = now + STEADY.openMs + 4_000;
  breaker.failed(later);
  deepEqual([breaker.callsMax(later + STEADY.openMs - 1), breaker.callsMax(later + STEADY.openMs)], [0, 1]);
});

Deno.test("CircuitBreaker stays open for longer with each failed trial call, up to the longest", pure, () => {
  const { failuresMax, openMs, openMaxMs } = GROWING;
  for (const [more, ms] of [[0, openMs], [1, 2 * openMs], [20, openMaxMs]] as const) {
    const { breaker, now } = failing(failuresMax + more);
    equal(breaker.callsMax(now + ms - 1), 0, `${more} more`);
    equal(breaker.callsMax(now + ms), 1, `${more} more`);
  }
});

Deno.test(
  "CircuitBreaker.failed() does not prolong the open time for calls that ran when it opened",
  pure,
  () => {
    const { breaker, now } = failing(GROWING.failuresMax);
    for (let n = 0; n < 5; n++) breaker.failed(now + 1);
    equal(breaker.callsMax(now + GROWING.openMs), 1);
  },
);

Deno.test("CircuitBreaker.succeeded() closes it also while it is open", pure, () => {
  const { breaker, now } = failing(GROWING.failuresMax + 5);
  breaker.succeeded();
  equal(breaker.callsMax(now), GROWING.callsMax);
  breaker.failed(now);
  equal(breaker.callsMax(now), GROWING.callsMax, "it counts anew");
});
