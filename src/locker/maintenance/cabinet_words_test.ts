import { deepEqual } from "node:assert/strict";
import { described } from "../../../testing/rigs/described.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { openDatabase } from "../../db/mod.ts";
import { LocalRouter } from "../../router/mod.ts";
import { CabinetCatalog } from "../cabinets/cabinet_catalog.ts";
import { ControllerSecrets } from "../cabinets/controller_secrets.ts";
import { refreshWords } from "./cabinet_words.ts";

testOnEach("refreshWords() finds what the version before has described, and leaves the rest", async (
  { place },
  stack,
) => {
  const db = stack.use(await openDatabase(place));
  const secrets = new ControllerSecrets("the secret of the tests");
  const cabinets = new CabinetCatalog(db, { router: new LocalRouter(), secrets, wallClock: () => 5 });
  const location = { address: "West Lake" };
  for (const id of ["a", "b", "c"]) {
    await cabinets.put(described({ id, name: "Lobby", registration: null, location }));
  }
  const rename = { name: "Hall", updated_at: 6 };
  await db.tables.updateTable("cabinets").set(rename).where("id", "=", "b").execute();
  await db.tables.deleteFrom("cabinet_search").where("cabinet", "=", "c").execute();
  await db.tables.updateTable("cabinet_search").set({ words: "kept" }).where("cabinet", "=", "a").execute();
  await refreshWords(db, () => Promise.resolve(true));
  const rows = await db.tables.selectFrom("cabinet_search").selectAll().orderBy("cabinet").execute();
  deepEqual(rows.map(({ words, described_at }) => [words, described_at]), [
    ["kept", 5],
    ["b\nhall\nwest lake", 6],
    ["c\nlobby\nwest lake", 5],
  ]);
});
