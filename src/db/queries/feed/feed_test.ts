import { deepEqual, equal } from "node:assert/strict";
import { testOnEach } from "../../../../testing/servers/databases.ts";
import { described } from "../../../../testing/rigs/described.ts";
import { delay } from "../../../lib/concurrency/delay.ts";
import { CabinetCatalog, ControllerSecrets } from "../../../locker/mod.ts";
import { LocalRouter } from "../../../router/mod.ts";
import { FEED } from "../../../lib/limits.ts";
import { type Database, openDatabase } from "../../mod.ts";
import { insertEvents } from "../records.ts";
import { cabinetTagsOf, eventsBehind, isReadable, lastCommitted, ownEventsBehind } from "./feed.ts";
import { namesOfEvents } from "./names.ts";

/** Writes an event of each of these cabinets, in one transaction. */
async function write(db: Database, cabinets: readonly string[], at = 1_000): Promise<void> {
  await db.writer.transaction((trx) =>
    insertEvents(trx, cabinets.map((cabinet) => ({ at, kind: "stored", cabinet, cell: 1 })))
  );
}

const MAIN = { organization: "main" };

testOnEach("eventsBehind() begins with the first event there ever was, and ends at its position", async (
  { place },
  stack,
) => {
  const db = stack.use(await openDatabase(place));
  const begin = await lastCommitted(db.tables);
  equal(begin, 0);
  deepEqual(await eventsBehind(db.tables, { after: begin, limit: 10 }), { events: [], position: begin });
  // Each event is of an earlier time than the one before.
  for (const [index, cabinet] of ["a", "b", "c"].entries()) await write(db, [cabinet], 1_000 - index);
  const told: string[] = [];
  let after = begin;
  for (const count of [2, 1, 0]) {
    const { events, position } = await eventsBehind(db.tables, { after, limit: 2 });
    equal(events.length, count);
    told.push(...events.map(({ cabinet }) => cabinet));
    after = position;
  }
  deepEqual(told, ["a", "b", "c"]);
  equal(after, await lastCommitted(db.tables));
});

testOnEach(
  "eventsBehind() misses no event of transactions that run beside each other",
  async ({ place }, stack) => {
    const db = stack.use(await openDatabase(place));
    const seen: string[] = [];
    let after = await lastCommitted(db.tables);
    const names = Array.from({ length: 60 }, (_, index) => `${index}`);
    let isWritten = false;
    const written = Promise.all(names.map((name) => write(db, [name, `${name}.`]))).then(() =>
      isWritten = true
    );
    for (let isLast = false; !isLast;) {
      isLast = isWritten;
      const { events, position } = await eventsBehind(db.tables, { after, limit: 7 });
      seen.push(...events.map(({ cabinet }) => cabinet));
      isLast &&= events.length === 0;
      after = position;
      // SQLite answers at once: the writers would have no turn.
      await delay(0);
    }
    await written;
    deepEqual(seen.toSorted(), names.flatMap((name) => [name, `${name}.`]).toSorted());
  },
);

testOnEach(
  "ownEventsBehind() reads cabinets' events in the order of all, up to a number",
  async ({ place }, stack) => {
    const db = stack.use(await openDatabase(place));
    for (let n = 0; n < 4; n++) await write(db, ["b", "a", "c"]);
    const upTo = await lastCommitted(db.tables);
    await write(db, ["a"]);
    const told: string[] = [];
    let after = 0;
    while (after < upTo) {
      const range = { after, upTo, cabinets: ["a", "b"], limit: 3 };
      const { events, position } = await db.view(MAIN, (view) => ownEventsBehind(view, range));
      told.push(...events.map(({ cabinet }) => cabinet));
      after = position;
    }
    deepEqual(told, ["b", "a", "b", "a", "b", "a", "b", "a"]);
    equal(after, upTo);
    const other = await db.view(
      { organization: "other" },
      (view) => ownEventsBehind(view, { after: 0, upTo, cabinets: [], limit: 3 }),
    );
    deepEqual(other, { events: [], position: upTo });
  },
);

testOnEach("isReadable() says whether all behind a number is still there", async ({ place }, stack) => {
  const db = stack.use(await openDatabase(place));
  const can = (after: number, keptSince: number) => isReadable(db.tables, { after, keptSince });
  equal(await can(0, 0), true, "there was nothing yet");
  equal(await can(1, 0), false, "no event has this number yet");
  for (const [index, cabinet] of ["a", "b", "c"].entries()) await write(db, [cabinet], 1_000 * (index + 1));
  const numbers = (await eventsBehind(db.tables, { after: 0, limit: 10 })).events.map(({ seq }) => seq);
  const [first = 0, second = 0, last = 0] = numbers;
  equal(await can(first, 500), true);
  equal(await can(first, 1_500), second === first + 1, "the next one was not removed");
  equal(await can(last, 5_000), true, "nothing came since");
  await db.tables.deleteFrom("events").where("seq", "=", second).execute();
  equal(await can(first, 2_500), false);
  equal(await can(first - 1, 2_500), false);
  equal(await can(second, 2_500), last === second + 1);
});

testOnEach(
  "what is looked up of cabinets and people has few shapes of statements",
  async ({ place }, stack) => {
    const db = stack.use(await openDatabase(place));
    const secrets = new ControllerSecrets("the secret of the tests");
    const catalog = new CabinetCatalog(db, { router: new LocalRouter(), secrets, wallClock: () => 1 });
    await catalog.put(described({ id: "cab-0" }));
    await catalog.put(described({ id: "cab-2", tags: ["hall", "spa"] }));
    const ids = Array.from({ length: 64 }, (_, index) => `cab-${index}`);
    const shapes = new Set<string>();
    const tables = db.tables.withPlugin({
      transformQuery({ node, queryId }) {
        shapes.add(db.tables.getExecutor().compileQuery(node, queryId).sql);
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    });
    for (let count = 1; count <= ids.length; count++) {
      const found = await cabinetTagsOf(tables, ids.slice(0, count));
      deepEqual([...found.keys()].toSorted(), count > 2 ? ["cab-0", "cab-2"] : ["cab-0"]);
      deepEqual([...found.get("cab-2")?.tags ?? []].toSorted(), count > 2 ? ["hall", "spa"] : []);
      await namesOfEvents(tables, ids.slice(0, count).map((person) => ({ organization: "main", person })));
    }
    const many = Array.from({ length: 2 * FEED.cabinetsStepMax }, (_, index) => `none-${index}`);
    deepEqual([...(await cabinetTagsOf(db.tables, [...many, "cab-2"])).keys()], ["cab-2"], "in steps");
    // Of either there is one for each power of two, and one more looks whether the organization is alone.
    equal(shapes.size <= 2 * 7 + 1, true, `${shapes.size}`);
  },
);
