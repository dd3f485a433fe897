import { deepEqual, equal } from "node:assert/strict";
import { testOnEach } from "../../../../testing/servers/databases.ts";
import { type DatabaseLocation, openDatabase } from "../../mod.ts";
import { TokenStore } from "./tokens.ts";

/** Two programs on one database, on a clock that the test sets. */
async function programs(place: DatabaseLocation, stack: AsyncDisposableStack) {
  const clock = { now: 1_800_000_000_000 };
  const wallClock = () => clock.now;
  const [here, there] = [stack.use(await openDatabase(place)), stack.use(await openDatabase(place))];
  return { clock, here: new TokenStore(here, { wallClock }), there: new TokenStore(there, { wallClock }) };
}

testOnEach("TokenStore.read() returns what another program wrote, until it expires", async (
  { place },
  stack,
) => {
  const { clock, here, there } = await programs(place, stack);
  const token = { value: "first", until: clock.now + 1_000 };
  equal(await there.read("access"), undefined);
  await here.write("access", token);
  deepEqual(await there.read("access"), token);
  equal(await there.read("ticket"), undefined, "another name");
  clock.now += 1_000;
  equal(await there.read("access"), undefined);
  const next = { value: "second", until: clock.now + 1_000 };
  await there.write("access", next);
  deepEqual(await here.read("access"), next);
});

testOnEach("TokenStore.lease() returns true to one of several concurrent calls", async ({ place }, stack) => {
  const { clock, here, there } = await programs(place, stack);
  const allAsk = async () => {
    const asked = Array.from({ length: 20 }, (_, n) => (n % 2 ? here : there).lease("access", 5_000));
    return (await Promise.all(asked)).filter((isMine) => isMine).length;
  };
  equal(await allAsk(), 1, "the first time");
  equal(await allAsk(), 0, "it is leased");
  equal(await here.lease("ticket", 5_000), true, "another name");
  clock.now += 5_000;
  equal(await allAsk(), 1, "the lease has expired");
  await here.write("access", { value: "new", until: clock.now + 1_000 });
  equal(await allAsk(), 1, "the token was written");
});

testOnEach("TokenStore.lease() keeps the present token", async ({ place }, stack) => {
  const { clock, here, there } = await programs(place, stack);
  const token = { value: "old", until: clock.now + 1_000 };
  await here.write("access", token);
  equal(await here.lease("access", 5_000), true);
  deepEqual(await there.read("access"), token);
});
