import { deepEqual, equal } from "node:assert/strict";
import { PERSON } from "../limits.ts";
import { Allowance } from "./allowance.ts";

/** How many of so many tries are taken at that time. */
function taken(allowance: Allowance, key: string, { tries, now }: { tries: number; now: number }): number {
  return Array.from({ length: tries }, () => allowance.takes(key, now)).filter((took) => took).length;
}

Deno.test({
  name: "Allowance.takes() lets a burst through, then as much as time gives, for each key by itself",
  permissions: "none",
  fn() {
    const allowance = new Allowance({ perSecond: 2, burst: 5 });
    equal(taken(allowance, "anne", { tries: 100, now: 0 }), 5);
    equal(taken(allowance, "bert", { tries: 100, now: 0 }), 5);
    equal(taken(allowance, "anne", { tries: 100, now: 499 }), 0);
    equal(taken(allowance, "anne", { tries: 100, now: 500 }), 1, "a refusal costs nothing");
    equal(taken(allowance, "anne", { tries: 100, now: 60_000 }), 5);
  },
});

Deno.test({
  name: "Allowance forgets whoever was idle longest when there are too many",
  permissions: "none",
  fn() {
    const allowance = new Allowance({ perSecond: 1, burst: 1 }, { keysMax: 2 });
    deepEqual(["anne", "bert", "anne"].map((key) => allowance.takes(key, 0)), [true, true, false]);
    equal(allowance.takes("carl", 0), true);
    deepEqual(["anne", "carl", "bert"].map((key) => allowance.takes(key, 0)), [false, false, true]);
  },
});

Deno.test({
  name: "PERSON.talksPerPerson never refuses all the pages that may be open, asking every 2.5 s and tapping",
  permissions: "none",
  fn() {
    const allowance = new Allowance(PERSON.talksPerPerson);
    for (let now = 0; now < 600_000; now += 2_500) {
      const tries = PERSON.socketsMax + 8;
      equal(taken(allowance, "anne", { tries, now }), tries, `after ${now} ms`);
    }
    equal(taken(allowance, "anne", { tries: 1_000, now: 600_000 }) < 100, true, "and refuses a flood");
  },
});
