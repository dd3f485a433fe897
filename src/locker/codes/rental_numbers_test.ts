import { equal, notEqual, ok } from "node:assert/strict";
import { isNumber } from "../../lib/text/short_numbers.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { insertRental, releaseNumber, rentalByNumber } from "../../db/queries/rentals.ts";
import { RENTAL } from "../../lib/limits.ts";
import { ANNE, Rig } from "../../../testing/rigs/locker.ts";
import { root } from "../../../testing/rigs/actor.ts";

testOnEach("each rental has a number of its own, which people see", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  for (let times = 0; times < 3; times++) await rig.tap(ANNE, { command: "store" });
  const numbers = (await rig.rentals.of("cab", ANNE)).map(({ number = "" }) => number);
  equal(numbers.filter(isNumber).length, 3);
  equal(new Set(numbers).size, 3);
});

testOnEach("a number that is met again goes over from a rental of long ago, and from no other", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place));
  const { id } = await rig.tap(ANNE, { command: "store" });
  const [rental] = await rig.db.tables.selectFrom("rentals").selectAll().where("id", "=", id).execute();
  ok(rental);
  const number = rental.number ?? "";
  const again = { ...rental, id: crypto.randomUUID() };
  await rig.db.writer.transaction(async (trx) => {
    equal(await insertRental(trx, again), false);
    await releaseNumber(trx, number, Date.now() + 1000);
    equal((await rentalByNumber(trx, number))?.id, id, "it has not ended");
  });
  await rig.acts.endRental(root(), id);
  await rig.db.writer.transaction(async (trx) => {
    await releaseNumber(trx, number, Date.now() - RENTAL.numberKeptMs);
    equal(await insertRental(trx, again), false, "it has ended lately");
    await releaseNumber(trx, number, Date.now() + 1000);
    equal(await insertRental(trx, again), true);
  });
  notEqual(
    (await rig.db.tables.selectFrom("rentals").select("number").where("id", "=", id).execute())[0]?.number,
    number,
  );
});
