import { deepEqual, equal, ok } from "node:assert/strict";
import { FIRST_ORGANIZATION } from "../../../cabinet/roles.ts";
import { isNumber, newNumber } from "../../../lib/text/short_numbers.ts";
import { DATABASE } from "../../../lib/limits.ts";
import { OTHER, seeded } from "../../../../testing/rigs/two_organizations.ts";
import { testOnEach, testOnSqlite } from "../../../../testing/servers/databases.ts";
import { type Database, openDatabase } from "../../mod.ts";
import type { Cursor } from "../../statements/page.ts";
import { insertPerson } from "../people.ts";
import { numberPeople } from "./people_numbers.ts";
import { peopleFound } from "./people_search.ts";

/** Adds people with these names, in this order. @returns their ids */
async function added(db: Database, names: readonly string[]): Promise<string[]> {
  return await db.writer.transaction(async (trx) => {
    const ids: string[] = [];
    for (const [created_at, name] of names.entries()) {
      const id = crypto.randomUUID();
      await insertPerson(trx, { id, kind: "guest", name, created_at });
      ids.push(id);
    }
    return ids;
  });
}

/** The names of the people that are found, in pages of two. */
async function found(db: Database, q: string, organization = FIRST_ORGANIZATION): Promise<string[]> {
  const names: string[] = [];
  let before: Cursor | undefined;
  do {
    const page = await db.view({ organization }, (view) => peopleFound(view, { q, before, limit: 2 }));
    names.push(...page.items.map(({ name }) => name));
    before = page.next;
  } while (before);
  return names;
}

testOnEach("peopleFound() finds names by how they begin, newest first", async ({ place }, stack) => {
  const db = stack.use(await openDatabase(place));
  await added(db, ["Li Wei", "李伟", "Lina", "100%", "李", "LIU", "小李", "a_b", "axb", "Bo", ""]);
  deepEqual(await found(db, "li"), ["LIU", "Lina", "Li Wei"]);
  deepEqual(await found(db, "LI W"), ["Li Wei"]);
  deepEqual(await found(db, "李"), ["李", "李伟"]);
  deepEqual(await found(db, "%"), []);
  deepEqual(await found(db, "a_"), ["a_b"]);
  deepEqual(await found(db, "x".repeat(100)), []);
});

testOnEach(
  "peopleFound() looks among the newest where very many names begin so",
  async ({ place }, stack) => {
    const db = stack.use(await openDatabase(place));
    const names = Array.from({ length: DATABASE.sortMax + 2 }, (_, n) => n % 2 === 0 ? `g-${n}` : `h-${n}`);
    const rows = [...names, ...names].map((name, created_at) => {
      return { id: crypto.randomUUID(), kind: "guest" as const, name, created_at, sessions_from: 0 };
    });
    await db.writer.transaction((trx) => trx.insertInto("people").values(rows).execute());
    const few = await found(db, "g-100");
    deepEqual(few, ["g-1000", "g-100", "g-1000", "g-100"]);
    const { sortMax } = DATABASE;
    equal((await found(db, "g")).length, sortMax + 2);
    deepEqual((await found(db, "g")).slice(0, 2), [`g-${sortMax}`, `g-${sortMax - 2}`]);
  },
);

testOnEach(
  "peopleFound() finds a name on the first page, however many people of others have such a name",
  async (
    { place },
    stack,
  ) => {
    await seeded(place, (seeds) => seeds.person("g-mine", FIRST_ORGANIZATION));
    const db = stack.use(await openDatabase(place));
    const many = async (organization: string, count: number, name: string) => {
      const ids = Array.from({ length: count }, () => crypto.randomUUID());
      const since = Date.now() + 1_000;
      const person = { kind: "guest" as const, name, created_at: since, sessions_from: 0 };
      await db.writer.transaction(async (trx) => {
        for (let at = 0; at < count; at += DATABASE.scanChunk) {
          const some = ids.slice(at, at + DATABASE.scanChunk);
          await trx.insertInto("people").values(some.map((id) => ({ id, ...person }))).execute();
          await trx.insertInto("visits").values(some.map((person) => ({ organization, person, since })))
            .execute();
        }
      });
    };
    await many(OTHER, DATABASE.sortMax + 1, "g-theirs");
    // Newer, so that they are looked at first where names are not looked up.
    await many(FIRST_ORGANIZATION, DATABASE.scanMax + 1, "h");
    const page = await db.view(
      { organization: FIRST_ORGANIZATION },
      (view) => peopleFound(view, { q: "g-", limit: 2 }),
    );
    deepEqual(page.items.map(({ name }) => name), ["g-mine"]);
  },
);

testOnEach("peopleFound() finds a person by the number, in the organization that they visited only", async (
  { place },
  stack,
) => {
  const ids = await seeded(place, async (seeds) => [
    await seeds.person("Ann", FIRST_ORGANIZATION),
    await seeds.person("Bob", OTHER),
  ]);
  const db = stack.use(await openDatabase(place));
  const rows = await db.tables.selectFrom("people").select(["id", "number"]).where("id", "in", ids).execute();
  const numberOf = (at: number) => rows.find(({ id }) => id === ids[at])?.number ?? "";
  ok(isNumber(numberOf(0)) && isNumber(numberOf(1)));
  const spaced = `${numberOf(0).slice(0, 4)} ${numberOf(0).slice(4)}`;
  deepEqual(await found(db, spaced), ["Ann"]);
  deepEqual(await found(db, numberOf(1)), []);
  deepEqual(await found(db, numberOf(1), OTHER), ["Bob"]);
  deepEqual(await found(db, "b"), []);
  deepEqual(await found(db, "b", OTHER), ["Bob"]);
  deepEqual(await found(db, newNumber()), []);
});

testOnEach("numberPeople() numbers up to a limit, each differently, and leaves who has one", async (
  { place },
  stack,
) => {
  const db = stack.use(await openDatabase(place));
  const [first = ""] = await added(db, ["Ann", "Bob", "Cem"]);
  const numbers = async () =>
    new Map(
      (await db.tables.selectFrom("people").select(["id", "number"]).execute()).map((
        { id, number },
      ) => [id, number]),
    );
  const before = await numbers();
  await db.writer.transaction((trx) =>
    trx.updateTable("people").set({ number: null }).where("id", "<>", first).execute()
  );
  equal(await db.writer.run(numberPeople, { limit: 1 }), 1);
  equal([...(await numbers()).values()].filter((number) => number === null).length, 1);
  equal(await db.writer.run(numberPeople, { limit: 5 }), 1);
  const after = await numbers();
  equal(after.get(first), before.get(first));
  equal(new Set(after.values()).size, 3);
  ok([...after.values()].every((number) => isNumber(number ?? "")));
});

testOnSqlite("numberPeople() says that it numbered nobody where all numbers that it tried are taken", async (
  { place },
  stack,
) => {
  const db = stack.use(await openDatabase(place));
  const [first = "", second = ""] = await added(db, ["Ann", "Bob"]);
  const number = newNumberOf(7);
  const set = (id: string, number: string | null) =>
    db.writer.transaction((trx) => trx.updateTable("people").set({ number }).where("id", "=", id).execute());
  await set(first, number);
  await set(second, null);
  using _ = drawing(7);
  equal(await db.writer.run(numberPeople, { limit: 10 }), 0);
});

/** The number that is drawn where all that is random is this. */
function newNumberOf(value: number): string {
  using _ = drawing(value);
  return newNumber();
}

/** Until it is disposed of, all that is drawn at random here is this number. */
function drawing(value: number): Disposable {
  crypto.getRandomValues = (array) => {
    if (array instanceof Uint32Array) array.fill(value);
    return array;
  };
  return { [Symbol.dispose]: () => void Reflect.deleteProperty(crypto, "getRandomValues") };
}
