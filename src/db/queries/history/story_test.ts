import { deepEqual, equal } from "node:assert/strict";
import { ANNE, BERT, Rig } from "../../../../testing/rigs/locker.ts";
import { testOnEach } from "../../../../testing/servers/databases.ts";
import { DATABASE } from "../../../lib/limits.ts";
import { organizationView } from "../../organization_view.ts";
import { insertAct, insertEvents } from "../records.ts";
import { rentalById } from "../rentals.ts";
import { type RentalStory, rentalStory } from "./story.ts";

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
    const story = await told(rig, id);
    equal(story.isCut, false);
    deepEqual(
      story.events.filter(({ kind }) => kind === "door-closed").map(({ detail }) => detail).sort(),
      ["by nobody", "hers", "told late"],
    );
    deepEqual(story.commands.map(({ command }) => command), ["store", "retrieve"]);
    equal(story.nameOf(`person:${ANNE}`), "a");
  },
);

testOnEach(
  "rentalStory() begins with the store whose door nobody saw, although a later command opened one",
  async (
    { place },
    stack,
  ) => {
    const rig = stack.use(await Rig.open(place));
    rig.evidence = () => ({ state: "unconfirmed", reason: "no-reply" });
    const { id } = await rig.tap(ANNE, { command: "store" });
    rig.evidence = () => ({ state: "opened" });
    await rig.tap(ANNE, { command: "retrieve", rental: id });
    const { events, isCut } = await told(rig, id);
    const [first] = events.toSorted((a, b) => a.seq - b.seq);
    deepEqual([first?.kind, isCut], ["stored", false], events.map(({ kind }) => kind).join(", "));
  },
);

testOnEach("rentalStory() has acts on all cells of its cabinet that may have opened its own", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place));
  const { id } = await rig.tap(ANNE, { command: "store" });
  const about = { organization: "main", who: "operator", role: null, cabinet: "cab", cell: 0, subject: null };
  const rest = { reason: null, address: "", job: null, at: Date.now() };
  for (const act of ["open-all", "clear", "raw-line", "put"] as const) {
    await rig.db.writer.transaction((trx) =>
      insertAct(trx, { id: crypto.randomUUID(), act, ...about, ...rest })
    );
  }
  const { acts } = await told(rig, id);
  deepEqual(acts.map(({ act }) => act).toSorted(), ["clear", "open-all", "raw-line"]);
});

testOnEach("rentalStory() costs the same however much happens in its cabinet later", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place));
  const { id, cell } = await rig.tap(ANNE, { command: "store" });
  await rig.tap(ANNE, { command: "retrieve", rental: id });
  rig.moves(cell, "closed");
  await rig.untilRead();
  const before = await statementsOf(rig, id);
  const at = Date.now() + 3 * 24 * 3_600_000;
  const later = Array.from({ length: DATABASE.scanChunk }, () => {
    return { at, kind: "door-closed", cabinet: "cab", cell } as const;
  });
  for (let n = 0; n < 5; n++) await rig.db.writer.transaction((trx) => insertEvents(trx, later));
  equal(await statementsOf(rig, id), before);
});

/** The rental's story, as staff reads it. */
function told(rig: Rig, id: string): Promise<RentalStory> {
  return rig.db.view({ organization: "main" }, async (view) => {
    return await rentalStory(view, await rentalById(rig.db.tables, id) as never);
  });
}

/** How many statements the story takes. */
async function statementsOf({ db }: Rig, id: string): Promise<number> {
  const rental = await rentalById(db.tables, id);
  let count = 0;
  const tables = db.tables.withPlugin({
    transformQuery({ node }) {
      count++;
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
  await rentalStory(await organizationView(tables, { organization: "main" }), rental as never);
  return count;
}
