import { deepEqual, equal, rejects } from "node:assert/strict";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { until } from "../../../testing/until.ts";
import { type DatabaseLocation, openDatabase } from "../../db/mod.ts";
import { ONCE } from "../../lib/limits.ts";
import { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { SingleUseKeys } from "./single_use_keys.ts";
import { keptDaysFrom, removeWhatIsOld } from "../maintenance/retention.ts";

const DAY_MS = 24 * 3600 * 1000;

testOnEach("SingleUseKeys.use() works for one of all who try, in all programs", async ({ place }, stack) => {
  const turns = new Semaphore(1);
  const open = async () =>
    stack.use(await openDatabase(place, { failed: () => {}, exclusive: (work) => turns.run(work) }));
  const [db, other] = [await open(), await open()];
  const programs = [db, other].map((one) => new SingleUseKeys(one, { wallClock: Date.now }));
  const until = Date.now();
  equal(await programs[0]?.wasUsed("login 1"), false);
  for (const key of ["login 1", "push openid-of-anne"]) {
    const uses = await Promise.all(Array.from({ length: 10 }, (_, n) => programs[n % 2]?.use([key], until)));
    deepEqual(uses.filter((isFirst) => isFirst), [true], key);
    deepEqual(await Promise.all(programs.map((one) => one.wasUsed(key))), [true, true]);
  }
  const rows = await db.tables.selectFrom("used").selectAll().execute();
  deepEqual(rows.map((row) => row.until), [until, until]);
  equal(JSON.stringify(rows).includes("anne"), false, "what names somebody cannot be read");
  const remove = async (days: number) =>
    await removeWhatIsOld(db, {
      days: keptDaysFrom({}),
      now: until + days * DAY_MS,
      pause: () => Promise.resolve(true),
    });
  equal(await remove(1), 0, "another program's clock may be behind");
  equal(await remove(1.1), 2);
});

/** Two programs on one database, whose clock the test sets. It is asked once for each try, and at each look in vain. */
async function twoPrograms(place: DatabaseLocation, stack: AsyncDisposableStack) {
  const turns = new Semaphore(1);
  const clock = { now: Date.now(), asked: 0 };
  const open = async () => {
    const db = await openDatabase(place, { failed: () => {}, exclusive: (work) => turns.run(work) });
    return new SingleUseKeys(stack.use(db), { wallClock: () => (clock.asked++, clock.now) });
  };
  return { clock, programs: [await open(), await open()] as const };
}

testOnEach("SingleUseKeys.use() uses up all keys or none", async ({ place }, stack) => {
  const { programs: [one, other] } = await twoPrograms(place, stack);
  equal(await one.use(["a", "b"], 1), true);
  equal(await other.use(["a", "c"], 1), false);
  deepEqual(await Promise.all(["a", "b", "c"].map((key) => other.wasUsed(key))), [true, true, false]);
  equal(await other.use(["d", "b"], 1), true, "the first of them counts");
});

testOnEach("SingleUseKeys.share() does it once and tells all who ask meanwhile", async ({ place }, stack) => {
  const { programs: [one, other], clock } = await twoPrograms(place, stack);
  const end = clock.now + 60_000;
  const done = Promise.withResolvers<string>();
  const begun = Promise.withResolvers<void>();
  let works = 0;
  const work = () => {
    works++;
    begun.resolve();
    return done.promise;
  };
  const first = one.share("login", { until: end, work });
  await begun.promise;
  const others = [other, one, other].map((program) => program.share("login", { until: end, work }));
  const waits = other.share("login", { until: end, work: () => Promise.reject(new Error("asked")) });
  await until(() => clock.asked >= 1 + 2 * 4, { saw: () => clock.asked });
  done.resolve("person:1");
  deepEqual(await Promise.all([first, ...others, waits]), Array(5).fill("person:1"));
  equal(works, 1);
  equal(await other.share("login", { until: end, work }), undefined, "what is over is not told again");
  equal(works, 1);
});

testOnEach(
  "SingleUseKeys.share() makes no caller wait for what failed, or for a program that died",
  async (on, stack) => {
    const { programs: [one, other], clock } = await twoPrograms(on.place, stack);
    const end = clock.now + 60_000;
    const gate = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const failing = one.share("fails", { until: end, work: () => (begun.resolve(), gate.promise) });
    await begun.promise;
    const waiting = other.share("fails", { until: end, work: () => Promise.resolve("again") });
    await until(() => clock.asked >= 1 + 2, { saw: () => clock.asked });
    gate.reject(new Error("WeChat's own"));
    await rejects(failing, /WeChat's own/);
    equal(await waiting, undefined);
    const dies = Promise.withResolvers<void>();
    const dead = one.share("dies", { until: end, work: () => (dies.resolve(), new Promise(() => {})) });
    await dies.promise;
    clock.now += ONCE.heldMs;
    equal(await other.share("dies", { until: end, work: () => Promise.resolve("again") }), undefined);
    void dead;
  },
);
