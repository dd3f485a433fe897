import { deepEqual, equal } from "node:assert/strict";
import type { RentalTable } from "../../db/mod.ts";
import { rentalById } from "../../db/queries/rentals.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { root } from "../../../testing/rigs/actor.ts";
import { ANNE, Rig } from "../../../testing/rigs/locker.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import type { Extension } from "./extension.ts";

const MINUTE_MS = 60_000;
const RULES = { rentalMinutes: 60, remindMinutes: [10], overdue: "hold" as const };

/** Anne's rental of an hour. */
async function stored(rig: Rig): Promise<RentalTable & { until: number }> {
  const { id } = await rig.tap(ANNE, { command: "store" });
  return await now(rig, id) as RentalTable & { until: number };
}

async function now(rig: Rig, id: string): Promise<RentalTable> {
  return await rentalById(rig.db.tables, id) as RentalTable;
}

/** @returns how it went: until when the rental lasts, or why it stays as it is */
async function extend(
  rig: Rig,
  rental: RentalTable,
  extension: Extension,
  actor = root(),
): Promise<number | string | null> {
  const done = await rig.acts.extend(actor, rental, extension);
  return typeof done === "string" ? done : done.until;
}

testOnEach(
  "extend() moves the end and what is due, and tells the person's pages",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place, { rules: RULES }));
    const rental = await stored(rig);
    const heard = rig.heard(ANNE);
    equal(await extend(rig, rental, { byMs: 30 * MINUTE_MS }), rental.until + 30 * MINUTE_MS);
    const until = rental.until + 90 * MINUTE_MS;
    equal(await extend(rig, rental, { until }), until);
    equal((await now(rig, rental.id)).due_at, until - 10 * MINUTE_MS, "the reminder");
    deepEqual(
      heard.map((event) => event.type === "rental" && event.rental.until),
      [rental.until + 30 * MINUTE_MS, until].map((at) => new Date(at).toISOString()),
    );
    const events = await rig.db.tables.selectFrom("events").selectAll().where("kind", "=", "extended")
      .orderBy("seq").execute();
    deepEqual(events.map(({ detail, rental }) => [detail, rental]), [
      [new Date(rental.until + 30 * MINUTE_MS).toISOString(), rental.id],
      [new Date(until).toISOString(), rental.id],
    ]);
    const acts = await rig.db.tables.selectFrom("acts").select(["act", "subject"]).execute();
    deepEqual(acts, [1, 2].map(() => ({ act: "extend", subject: rental.id })));
  },
);

testOnEach("a rental that is overdue is so no more when it is extended, and can be opened", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place, { rules: RULES }));
  const rental = await stored(rig);
  rig.later = 70 * MINUTE_MS;
  await rig.due();
  await rig.due();
  equal((await now(rig, rental.id)).overdue_at, rental.until);
  equal((await rig.tap(ANNE, { command: "reopen", rental: rental.id })).reason, "overdue");
  const until = await extend(rig, rental, { byMs: 30 * MINUTE_MS });
  equal(Number(until) > Date.now() + 99 * MINUTE_MS, true, "counted from now, not from the old end");
  const { overdue_at, due_at } = await now(rig, rental.id);
  deepEqual([overdue_at, due_at], [null, Number(until) - 10 * MINUTE_MS]);
  equal((await rig.tap(ANNE, { command: "reopen", rental: rental.id })).state, "opened");
  rig.later = 101 * MINUTE_MS;
  await rig.due();
  await rig.due();
  equal((await now(rig, rental.id)).overdue_at, until, "the new end is kept");
});

testOnEach(
  "extend() refuses what is past, shorter, too far, over or without an end, and notes nothing",
  async (
    { place },
    stack,
  ) => {
    const rig = stack.use(await Rig.open(place, { rules: RULES }));
    const rental = await stored(rig);
    equal(await extend(rig, rental, { until: Date.now() - 1 }), "past");
    equal(await extend(rig, rental, { until: rental.until - 1 }), "shorter");
    equal(await extend(rig, rental, { byMs: (OPERATOR.minutesMax + 1) * MINUTE_MS }), "far");
    equal(await extend(rig, rental, { until: rental.until }), rental.until, "it lasts until then already");
    await rig.acts.endRental(root(), rental.id);
    equal(await extend(rig, rental, { byMs: MINUTE_MS }), "over");
    await rig.db.writer.transaction((trx) =>
      trx.updateTable("rentals").set({ state: "held", until: null }).where("id", "=", rental.id).execute()
    );
    equal(await extend(rig, rental, { byMs: MINUTE_MS }), "endless");
    const acts = await rig.db.tables.selectFrom("acts").select("act").orderBy("at").execute();
    deepEqual(acts.map(({ act }) => act).sort(), ["end-rental", "extend"]);
  },
);

testOnEach("of two who extend at once both are heard, and one who is heard twice is so once", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place, { rules: RULES }));
  const rental = await stored(rig);
  const twice = root();
  const extension = { byMs: 10 * MINUTE_MS };
  await Promise.all([root(), root(), twice, twice].map((actor) => extend(rig, rental, extension, actor)));
  equal((await now(rig, rental.id)).until, rental.until + 30 * MINUTE_MS);
});
