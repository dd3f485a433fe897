import { deepEqual, equal } from "node:assert/strict";
import { GUESS, LOG_IN } from "../../lib/limits.ts";
import { LinkGuard, type LinkRefusal } from "./link_guard.ts";

Deno.test({
  name:
    "LinkGuard lets so many links of an address be looked for, tells of each refused one, and raises an alarm",
  permissions: "none",
  fn() {
    let now = 0;
    const told: LinkRefusal[] = [];
    const alarms: number[] = [];
    const guard = new LinkGuard({
      refused: (refusal) => told.push(refusal),
      alarm: (until) => alarms.push(until),
      now: () => now,
      wallClock: () => now,
    });
    const { burst, perSecond } = LOG_IN.linksOfAddress;
    for (let n = 0; n < burst; n++) equal(guard.waitMs("203.0.113.9"), 0);
    deepEqual(told, [], "a link that there is is none of its business");
    equal(guard.waitMs("203.0.113.9"), 1000 / perSecond);
    equal(guard.waitMs("203.0.113.10"), 0, "another address");
    guard.wrong("203.0.113.10");
    deepEqual(told, [
      { what: "link", why: "too-many", address: "203.0.113.9" },
      { what: "link", why: "wrong", address: "203.0.113.10" },
    ]);
    for (let n = 2; n < GUESS.alarmAfter; n++) guard.wrong("203.0.113.10");
    deepEqual(alarms, [GUESS.alarmMs]);
    now = 1000 / perSecond;
    equal(guard.waitMs("203.0.113.9"), 0, "later");
  },
});
