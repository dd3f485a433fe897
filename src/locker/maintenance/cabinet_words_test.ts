import { deepEqual } from "node:assert/strict";
import { described } from "../../../testing/rigs/described.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { openDatabase } from "../../db/mod.ts";
import { noteWords } from "../../db/queries/lists/cabinet_words.ts";
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

testOnEach("refreshWords() goes by the description that there is, whatever the clock said", async (
  { place },
  stack,
) => {
  const db = stack.use(await openDatabase(place));
  const secrets = new ControllerSecrets("the secret of the tests");
  let now = 50;
  const cabinets = new CabinetCatalog(db, { router: new LocalRouter(), secrets, wallClock: () => now });
  const put = (id: string, name: string) => cabinets.put(described({ id, name, registration: null }));
  await put("a", "Lobby");
  await put("b", "Lobby");
  now = 40;
  await put("a", "Hall");
  await db.tables.updateTable("cabinet_search").set({ words: "kept" }).where("cabinet", "=", "a").execute();
  // By the version before, whose clock is behind.
  await db.tables.updateTable("cabinets").set({ name: "Gym", updated_at: 40 }).where("id", "=", "b")
    .execute();
  await refreshWords(db, () => Promise.resolve(true));
  const rows = await db.tables.selectFrom("cabinet_search").selectAll().orderBy("cabinet").execute();
  deepEqual(rows.map(({ words }) => words), ["kept", "b\ngym"]);
});

testOnEach("words of a cabinet that is gone are not written, and are removed", async ({ place }, stack) => {
  const db = stack.use(await openDatabase(place));
  const secrets = new ControllerSecrets("the secret of the tests");
  const cabinets = new CabinetCatalog(db, { router: new LocalRouter(), secrets, wallClock: () => 5 });
  for (const id of ["a", "b"]) await cabinets.put(described({ id, name: "Lobby", registration: null }));
  const left = async () => {
    const rows = await db.tables.selectFrom("cabinet_search").select("cabinet").orderBy("cabinet").execute();
    return rows.map(({ cabinet }) => cabinet);
  };
  const gone = { organization: "main", cabinet: "c", words: "c", described_at: 5 };
  await db.writer.run(noteWords, [gone]);
  deepEqual(await left(), ["a", "b"]);
  // By the version before, which leaves the words.
  await db.tables.deleteFrom("cabinets").where("id", "=", "a").execute();
  await refreshWords(db, () => Promise.resolve(true));
  deepEqual(await left(), ["b"]);
});
