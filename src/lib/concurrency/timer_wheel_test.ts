import { deepEqual, equal } from "node:assert/strict";
import { type Timed, TimerWheel } from "./timer_wheel.ts";

class Sleeper implements Timed {
  wakeAt: number;
  wheelStep = 0;
  readonly woken: number[] = [];

  constructor(wakeAt: number) {
    this.wakeAt = wakeAt;
  }

  wake(now: number): void {
    this.woken.push(now);
    this.wakeAt = Infinity;
  }
}

Deno.test({
  name: "TimerWheel wakes each at the first step after its time, also when it was moved",
  permissions: "none",
  fn() {
    let now = 0;
    using wheel = new TimerWheel({ stepMs: 10, now: () => now });
    const early = new Sleeper(15);
    const later = new Sleeper(15);
    const sooner = new Sleeper(1_000);
    for (const sleeper of [early, later, sooner]) wheel.schedule(sleeper);
    later.wakeAt = 40;
    wheel.schedule(later);
    sooner.wakeAt = 25;
    wheel.schedule(sooner);
    for (now = 1; now <= 60; now++) wheel.turn();
    deepEqual([early.woken, later.woken, sooner.woken], [[20], [40], [30]]);
  },
});

Deno.test({
  name: "TimerWheel catches up after a stall and stops its timer when nothing waits",
  permissions: "none",
  fn() {
    let now = 0;
    using wheel = new TimerWheel({ stepMs: 10, now: () => now });
    const sleepers = [20, 500, 990].map((at) => new Sleeper(at));
    for (const sleeper of sleepers) wheel.schedule(sleeper);
    now = 1_000;
    wheel.turn();
    deepEqual(sleepers.map(({ woken }) => woken), [[1_000], [1_000], [1_000]]);
  },
});

Deno.test({
  name: "TimerWheel keeps one entry however often something is scheduled",
  permissions: "none",
  fn() {
    let now = 0;
    using wheel = new TimerWheel({ stepMs: 10, now: () => now });
    let looks = 0;
    const restless: Timed = {
      get wakeAt() {
        looks++;
        return now + 1_000;
      },
      wheelStep: 0,
      wake: () => equal(true, false, "it is never due"),
    };
    for (; now < 5_000; now++) wheel.schedule(restless);
    looks = 0;
    wheel.turn();
    equal(looks < 10, true, `${looks} looks`);
  },
});
