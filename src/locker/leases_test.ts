import { deepEqual, equal } from "node:assert/strict";
import { testOnEach } from "../../testing/servers/databases.ts";
import { type DatabaseLocation, openDatabase } from "../db/mod.ts";
import { Leases } from "./leases.ts";

const LEASE_MS = 5_000;

/** Two programs on one database, on a clock that the test sets. */
async function programs(place: DatabaseLocation, stack: AsyncDisposableStack) {
  const clock = { now: 1_800_000_000_000 };
  const failures: unknown[] = [];
  const options = { wallClock: () => clock.now, failed: (error: unknown) => failures.push(error) };
  const [one, two] = [stack.use(await openDatabase(place)), stack.use(await openDatabase(place))];
  return { clock, failures, db: one, here: new Leases(one, options), there: new Leases(two, options) };
}

testOnEach(
  "take() gives the lease to one of several who ask at once, in all programs",
  async ({ place }, stack) => {
    const { here, there } = await programs(place, stack);
    const asked = Array.from({ length: 20 }, (_, n) => (n % 2 ? here : there).take("hall", LEASE_MS));
    const [lease, ...more] = (await Promise.all(asked)).filter((lease) => lease !== undefined);
    equal(more.length, 0);
    equal(await there.take("hall", LEASE_MS), undefined);
    equal(typeof await there.take("yard", LEASE_MS), "object", "another name");
    await lease?.[Symbol.asyncDispose]();
    equal(typeof await there.take("hall", LEASE_MS), "object", "it was given back");
  },
);

testOnEach("a lease ends by itself, and goes on as long as it is renewed", async ({ place }, stack) => {
  const { clock, here, there } = await programs(place, stack);
  const lease = await here.take("hall", LEASE_MS);
  for (let times = 0; times < 3; times++) {
    clock.now += LEASE_MS - 1;
    equal(await there.take("hall", LEASE_MS), undefined);
    equal(await lease?.renew(), true);
  }
  clock.now += LEASE_MS;
  equal(await lease?.renew(), true, "nobody has taken it meanwhile");
  equal(await there.take("hall", LEASE_MS), undefined);
  clock.now += LEASE_MS;
  equal(typeof await there.take("hall", LEASE_MS), "object");
  equal(await lease?.renew(), false);
});

testOnEach("a holder who has lost the lease takes nothing from the next one", async ({ place }, stack) => {
  const { clock, failures, db, here, there } = await programs(place, stack);
  const late = await here.take("hall", LEASE_MS);
  clock.now += LEASE_MS;
  const next = await there.take("hall", LEASE_MS);
  equal(await late?.renew(), false);
  await late?.[Symbol.asyncDispose]();
  equal(await here.take("hall", LEASE_MS), undefined);
  equal(await next?.renew(), true);
  await next?.[Symbol.asyncDispose]();
  await next?.[Symbol.asyncDispose]();
  equal(await next?.renew(), false, "it was given back");
  deepEqual([await db.tables.selectFrom("leases").selectAll().execute(), failures], [[], []]);
});
