import { deepEqual } from "node:assert/strict";
import { OTHER } from "../../../../testing/rigs/two_organizations.ts";
import { testOnEach } from "../../../../testing/servers/databases.ts";
import { type Database, openDatabase } from "../../mod.ts";
import type { CabinetSearchTable } from "../../schema.ts";
import { cabinetsWithWords } from "./cabinet_search.ts";

const ORGANIZATIONS = ["main", OTHER];
/** Of each organization. */
const CABINETS = 20;
/** What words are made of: what a search language, a pattern or a regular expression might take for more than it is. */
const LETTERS = [..."aab西湖路 %_\\\"'*^-.(\né🚪"];
/** How many cabinets one statement reads: some, all. */
const CHUNKS = [3, 1_000];

/** Numbers that are the same in each run. */
function* lots(): Generator<number, never> {
  for (let state = 7;;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield Math.floor(state / 65_536);
  }
}

const drawn = lots();
const below = (max: number) => drawn.next().value % max;
const wordsOf = () =>
  Array.from({ length: below(12) }, () => LETTERS[below(LETTERS.length)] as string).join("");

function row(organization: string, n: number, describedAt: number): CabinetSearchTable {
  return { organization, cabinet: `${organization}-${n}`, words: wordsOf(), described_at: describedAt };
}

/** What is searched for: each letter, and parts of what there is. */
function searches(rows: readonly CabinetSearchTable[]): string[] {
  const parts = rows.map(({ words }) => {
    const letters = [...words];
    const from = below(letters.length + 1);
    return letters.slice(from, from + 1 + below(5)).join("");
  });
  return [...LETTERS, ...parts.filter((part) => part !== ""), "A西", "nowhere", "or", '"" OR a'];
}

async function findsAll(db: Database, what: string): Promise<void> {
  const rows = await db.tables.selectFrom("cabinet_search").selectAll().execute();
  for (const organization of ORGANIZATIONS) {
    for (const words of searches(rows)) {
      const all = rows.filter((row) =>
        row.organization === organization && row.words.includes(words.toLowerCase())
      ).map(({ cabinet }) => cabinet).toSorted();
      for (const chunk of CHUNKS) {
        const find = (limit: number) =>
          db.view({ organization }, (view) => cabinetsWithWords(view, { words, limit, chunk }));
        const said = JSON.stringify({ what, organization, words, chunk });
        deepEqual((await find(rows.length)).toSorted(), all, said);
        deepEqual((await find(2)).length, Math.min(2, all.length), said);
      }
    }
  }
}

testOnEach(
  "cabinetsWithWords() finds each part of the words, whatever it is, also after they changed",
  async ({ place }, stack) => {
    const db = stack.use(await openDatabase(place));
    const all = (describedAt: number) =>
      ORGANIZATIONS.flatMap((organization) =>
        Array.from({ length: CABINETS }, (_, n) => row(organization, n, describedAt))
      );
    await db.tables.insertInto("cabinet_search").values(all(1)).execute();
    await findsAll(db, "added");
    for (const { words, ...key } of all(2).filter((_, n) => n % 2 === 0)) {
      await db.tables.updateTable("cabinet_search").set({ words }).where(
        "organization",
        "=",
        key.organization,
      )
        .where("cabinet", "=", key.cabinet).execute();
    }
    await findsAll(db, "changed");
    await db.tables.deleteFrom("cabinet_search").where("cabinet", "like", "%3").execute();
    await findsAll(db, "removed");
    await db.tables.insertInto("cabinet_search").values(all(3).filter(({ cabinet }) => /3$/.test(cabinet)))
      .execute();
    await findsAll(db, "added again");
  },
);
