import { deepEqual } from "node:assert/strict";
import { OTHER, seeded } from "../../../testing/rigs/two_organizations.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { writeOpenings } from "../journal/openings.ts";
import { openDatabase } from "../mod.ts";
import { raiseAlarm } from "./alarms/alarms.ts";
import { insertEvents } from "./records.ts";

testOnEach("records of a cabinet that was just removed belong to its organization", async (
  { place },
  stack,
) => {
  const { cabinet, command: id } = await seeded(
    place,
    (seeds) => seeds.place({ organization: OTHER, cabinet: "gone", tag: "tag", word: "W" }),
  );
  const db = stack.use(await openDatabase(place));
  const [at, cell] = [1_000, 2];
  await db.writer.transaction(async (trx) => {
    await trx.deleteFrom("cells").where("cabinet", "=", cabinet).execute();
    await trx.deleteFrom("cabinets").where("id", "=", cabinet).execute();
    await trx.deleteFrom("events").execute();
    await trx.deleteFrom("alarms").execute();
    await insertEvents(trx, [{ at, kind: "door-closed", cabinet, cell }]);
    await raiseAlarm(trx, { kind: "did-not-open", cabinet, cell, raised_at: at });
    await writeOpenings(trx, [{ id, cabinet, cell, by: "operator", rental: null, seen: { at } }]);
  });
  const records = [
    await db.tables.selectFrom("events").select(["organization", "kind"]).orderBy("seq").execute(),
    await db.tables.selectFrom("alarms").select(["organization", "kind"]).execute(),
  ];
  deepEqual(records.flat().map(({ organization }) => organization), [OTHER, OTHER, OTHER, OTHER]);
});
