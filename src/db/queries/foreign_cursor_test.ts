import { deepEqual } from "node:assert/strict";
import { OTHER, seeded } from "../../../testing/rigs/two_organizations.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { openDatabase } from "../mod.ts";
import { eventsAfter, eventsPage } from "./events.ts";

testOnEach(
  "a cursor of another organization's event is as one of an event that is gone",
  async (database, stack) => {
    const [, foreign] = await seeded(database.place, async (seeds) => [
      await seeds.place({ organization: "main", cabinet: "a", tag: "tag", word: "A" }),
      await seeds.place({ organization: OTHER, cabinet: "b", tag: "tag", word: "B" }),
      await seeds.place({ organization: "main", cabinet: "c", tag: "tag", word: "C" }),
    ]);
    const db = stack.use(await openDatabase(database.place));
    const read = (id: string) => {
      const cursor = { at: Date.now() + 1_000, id };
      return db.view({ organization: "main" }, async (view) => [
        (await eventsAfter(view, { after: cursor, limit: 9 })).items.map(({ cabinet }) => cabinet),
        (await eventsPage(view, { before: cursor, limit: 9 })).items.map(({ cabinet }) => cabinet),
      ]);
    };
    const gone = await read(crypto.randomUUID());
    // Of what is older than the cursor some is repeated.
    deepEqual(gone, [["c"], ["c", "a"]]);
    deepEqual(await read(foreign?.event ?? ""), gone);
  },
);
