import { equal } from "node:assert/strict";
import { NOTICE } from "../../lib/limits.ts";
import { CircuitBreaker } from "./circuit_breaker.ts";

const pure = { permissions: "none" } as const;

/** A pace after so many failures, each once it may go on; and when that was. */
function failing(times: number): { pace: CircuitBreaker; now: number } {
  const pace = new CircuitBreaker();
  let now = 0;
  for (let n = 0; n < times; n++) {
    while (pace.room(now) === 0) now++;
    pace.failed(now);
  }
  return { pace, now };
}

Deno.test("Pace.room() is full as long as only some fail", pure, () => {
  const { pace, now } = failing(NOTICE.failuresMax - 1);
  equal(pace.room(now), NOTICE.atOnceMax);
  pace.worked();
  pace.failed(now);
  equal(pace.room(now), NOTICE.atOnceMax);
});

Deno.test("Pace.room() is none for a time that grows when all fail, and then one", pure, () => {
  for (
    const [more, restMs] of [[0, NOTICE.restMs], [1, 2 * NOTICE.restMs], [20, NOTICE.restMaxMs]] as const
  ) {
    const { pace, now } = failing(NOTICE.failuresMax + more);
    equal(pace.room(now + restMs - 1), 0, `${more} more`);
    equal(pace.room(now + restMs), 1, `${more} more`);
  }
});

Deno.test("Pace.failed() makes nobody wait longer for what was on its way together", pure, () => {
  const { pace, now } = failing(NOTICE.failuresMax);
  for (let n = 0; n < 5; n++) pace.failed(now + 1);
  equal(pace.room(now + NOTICE.restMs), 1);
});

Deno.test("Pace.room() is full again once one works", pure, () => {
  const { pace, now } = failing(NOTICE.failuresMax + 5);
  pace.worked();
  equal(pace.room(now), NOTICE.atOnceMax);
  pace.failed(now);
  equal(pace.room(now), NOTICE.atOnceMax, "it counts anew");
});
