import { deepEqual, equal } from "node:assert/strict";
import { ANNE, BERT, Rig } from "../../../../testing/rigs/locker.ts";
import { testOnEach } from "../../../../testing/servers/databases.ts";
import { insertEvents } from "../records.ts";
import { rentalById } from "../rentals.ts";
import { rentalStory } from "./story.ts";

testOnEach(
  "rentalStory() has moves of the rental's door in its time, and of those before and after none",
  async (
    { place },
    stack,
  ) => {
    const rig = stack.use(await Rig.open(place));
    const { id, cell } = await rig.tap(ANNE, { command: "store" });
    const other = await rig.tap(BERT, { command: "store" });
    const at = Date.now();
    const move = { at, kind: "door-closed", cabinet: "cab", cell } as const;
    await rig.db.writer.transaction((trx) =>
      insertEvents(trx, [
        { ...move, person: ANNE, rental: id, detail: "hers" },
        { ...move, detail: "by nobody" },
        { ...move, cell: other.cell, detail: "another cell" },
        { ...move, person: BERT, rental: other.id, detail: "another rental" },
        { ...move, at: at - 3_600_000, detail: "before" },
      ])
    );
    await rig.tap(ANNE, { command: "retrieve", rental: id });
    rig.moves(cell, "closed");
    await rig.untilRead();
    await rig.db.writer.transaction((trx) =>
      insertEvents(trx, [
        { ...move, at: at + 3_600_000, detail: "after" },
        { ...move, person: ANNE, rental: id, detail: "told late" },
      ])
    );
    const story = await rig.db.view({ organization: "main" }, async (view) => {
      return await rentalStory(view, await rentalById(rig.db.tables, id) as never);
    });
    equal(story.isCut, false);
    deepEqual(
      story.events.filter(({ kind }) => kind === "door-closed").map(({ detail }) => detail).sort(),
      ["by nobody", "hers", "told late"],
    );
    deepEqual(story.commands.map(({ command }) => command), ["store", "retrieve"]);
    deepEqual([...story.names], [[`person:${ANNE}`, "a"]]);
  },
);
