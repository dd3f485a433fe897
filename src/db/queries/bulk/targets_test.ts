import { deepEqual, equal } from "node:assert/strict";
import { described } from "../../../../testing/rigs/described.ts";
import { OTHER, seeded } from "../../../../testing/rigs/two_organizations.ts";
import { testOnEach } from "../../../../testing/servers/databases.ts";
import { BULK } from "../../../lib/limits.ts";
import { CabinetCatalog, ControllerSecrets } from "../../../locker/mod.ts";
import { LocalRouter } from "../../../router/mod.ts";
import { type Database, type DatabaseLocation, openDatabase } from "../../mod.ts";
import { organizationView } from "../../organization_view.ts";
import type { Tables } from "../../schema.ts";
import { cellsAmong, cellsOfCabinets } from "./targets.ts";

const CELLS = 300;
const SOME = Array.from({ length: CELLS }, (_, n) => ({ cell: n + 1, board: 1, channel: n + 1, size: "M" }));

/** Cabinets of {@linkcode CELLS} cells, one of which is another organization's, and one that has none. */
async function filled(place: DatabaseLocation, stack: AsyncDisposableStack): Promise<Database> {
  await seeded(place, () => Promise.resolve());
  const db = stack.use(await openDatabase(place));
  const secrets = new ControllerSecrets("the secret of the tests");
  const cabinets = new CabinetCatalog(db, { router: new LocalRouter(), secrets, wallClock: () => 1 });
  for (const id of ["a", "b", "c"]) {
    await cabinets.put(described({ id, registration: null, tags: [id], cells: SOME }));
  }
  await cabinets.put(described({ id: "bare", registration: null, cells: [] }));
  await cabinets.put(described({ id: "foreign", organization: OTHER, registration: null, cells: SOME }));
  return db;
}

/** The tables, and how many rows their statements have given. */
function counted(db: Database): { tables: Tables; rows: () => number } {
  let count = 0;
  const tables = db.tables.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult({ result }) {
      count += result.rows.length;
      return Promise.resolve(result);
    },
  });
  return { tables, rows: () => count };
}

testOnEach("cellsOfCabinets() reads no more cells than a job may have", async ({ place }, stack) => {
  const db = await filled(place, stack);
  const { tables, rows } = counted(db);
  const view = await organizationView(tables, { organization: "main" });
  const few = await cellsOfCabinets(view, ["c", "a", "b"], { max: 10 });
  equal(few.length, 11, "one more, so that there are known to be too many");
  equal(rows(), 11);
});

testOnEach("cellsOfCabinets() has all cells of the cabinets within the view, in the order of the ids", async (
  { place },
  stack,
) => {
  const db = await filled(place, stack);
  const of = (cabinet: string) => SOME.map(({ cell }) => ({ cabinet, cell }));
  const read = (ids: readonly string[], tags?: readonly string[]) =>
    db.view({ organization: "main", tags }, (view) => cellsOfCabinets(view, ids, { max: BULK.targetsMax }));
  deepEqual(await read(["c", "bare", "foreign", "a", "none"]), [...of("c"), ...of("a")]);
  deepEqual(await read(["c", "a", "b"], ["a", "b"]), [...of("a"), ...of("b")]);
  deepEqual(await read(["bare", "foreign"]), []);
  const many = Array.from({ length: 8 }, (_, n) => `more-${n}`);
  const secrets = new ControllerSecrets("the secret of the tests");
  const cabinets = new CabinetCatalog(db, { router: new LocalRouter(), secrets, wallClock: () => 1 });
  for (const id of many) await cabinets.put(described({ id, registration: null, cells: SOME }));
  equal(many.length * CELLS > BULK.cellsStepMax, true, "in several steps");
  deepEqual(await read(many.toReversed()), many.toReversed().flatMap(of));
});

testOnEach("cellsAmong() reads those cells alone that are named", async ({ place }, stack) => {
  const db = await filled(place, stack);
  const { tables, rows } = counted(db);
  const view = await organizationView(tables, { organization: "main" });
  const named = [["b", 2], ["a", 300], ["a", 301], ["bare", 1], ["foreign", 1], ["none", 1]] as const;
  const cells = named.map(([cabinet, cell]) => ({ cabinet, cell }));
  deepEqual([...await cellsAmong(view, cells)].toSorted(), ["2 b", "300 a"]);
  equal(rows() <= cells.length, true, `${rows()} rows`);
  const scoped = await organizationView(db.tables, { organization: "main", tags: ["a"] });
  deepEqual([...await cellsAmong(scoped, cells)], ["300 a"]);
});
