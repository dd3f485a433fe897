/**
 * What cabinets are searched by: a row of words for each, in lower case.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { type RawBuilder, sql } from "kysely";
import { DATABASE } from "../../../lib/limits.ts";
import type { Job } from "../../database.ts";
import { isPostgres } from "../../dialects.ts";
import { type OrganizationView, TABLES } from "../../organization_view.ts";
import type { CabinetSearchTable, CabinetTable, Tables } from "../../schema.ts";
import { contains } from "../../statements/search.ts";

/** The condition that a cabinet's words have this in them. */
export function hasWords(words: string): RawBuilder<boolean> {
  const hasThem = contains(sql`words`, words.toLowerCase());
  return sql`coalesce((select case when ${hasThem} then 1 else 0 end from cabinet_search
    where cabinet_search.organization = cabinets.organization and cabinet_search.cabinet = cabinets.id), 0) = 1`;
}

/** Which cabinets are looked for. */
interface WordsWish {
  readonly words: string;
  readonly limit: number;
  /** SQLite: how many cabinets one statement reads. @default {DATABASE.searchChunk} */
  readonly chunk?: number;
}

/**
 * The cabinets of the organization that have these words, up to `limit`. SQLite's statements block the isolate: there all
 * words are read step by step, of many cabinets two steps alone, in which common words are found, and then the index over
 * trigrams finds what is rarer.
 */
export async function cabinetsWithWords(
  view: OrganizationView,
  { words, limit, chunk = DATABASE.searchChunk }: WordsWish,
): Promise<string[]> {
  const wish = { words: words.toLowerCase(), limit };
  if (isPostgres(view[TABLES])) return await readWords(view, wish);
  const found: string[] = [];
  let after = "";
  for (let steps = 0; found.length < limit; steps++) {
    const end = await chunkEnd(view, { after, chunk });
    found.push(...await readWords(view, { ...wish, limit: limit - found.length, after, end }));
    if (end === undefined || found.length >= limit) break;
    const match = steps === 1 ? await matchOf(view, wish.words) : undefined;
    if (match !== undefined) return await matching(view, { match, limit, chunk });
    after = end;
    await setImmediate();
  }
  return found;
}

/** @param wish.after, wish.end only cabinets behind that one, and only up to that one */
async function readWords(
  { [TABLES]: db, organization }: OrganizationView,
  { words, limit, after = "", end }: WordsWish & { after?: string; end?: string | undefined },
): Promise<string[]> {
  const query = db.selectFrom("cabinet_search").select("cabinet").where("organization", "=", organization)
    .where("cabinet", ">", after).where(contains(sql`words`, words)).limit(limit);
  const rows = await (end === undefined ? query : query.where("cabinet", "<=", end)).execute();
  return rows.map(({ cabinet }) => cabinet);
}

async function chunkEnd(
  { [TABLES]: db, organization }: OrganizationView,
  { after, chunk }: { after: string; chunk: number },
): Promise<string | undefined> {
  const row = await db.selectFrom("cabinet_search").select("cabinet")
    .where("organization", "=", organization).where("cabinet", ">", after)
    .orderBy("cabinet").limit(1).offset(chunk - 1).executeTakeFirst();
  return row?.cabinet;
}

/** What the index over trigrams is asked for; `undefined`: more than can be asked for at once. Empty: no cabinet has it. */
async function matchOf({ [TABLES]: db }: OrganizationView, words: string): Promise<string | undefined> {
  if ([...words].length >= TRIGRAM) return quoted(words);
  // All trigrams that begin with it.
  const { rows } = await sql<{ term: string }>`select term from cabinet_trigram_terms
    where term >= ${words} and term < ${words} || ${"\u{10FFFF}"} limit ${DATABASE.searchTermsMax + 1}`
    .execute(db);
  if (rows.length > DATABASE.searchTermsMax) return undefined;
  return rows.map(({ term }) => quoted(term)).join(" OR ");
}

const TRIGRAM = 3;

/** As a phrase of SQLite's language of searches. */
function quoted(words: string): string {
  return `"${words.replaceAll('"', '""')}"`;
}

async function matching(
  { [TABLES]: db, organization }: OrganizationView,
  { match, limit, chunk }: Required<Omit<WordsWish, "words">> & { match: string },
): Promise<string[]> {
  const found: string[] = [];
  if (match === "") return found;
  for (let after = 0; found.length < limit;) {
    const { rows } = await sql<{ place: number; cabinet: string; organization: string }>`
      select place, cabinet, organization from (
        select rowid as place from cabinet_trigrams where cabinet_trigrams match ${match} and rowid > ${
      sql.lit(after)
    }
        order by rowid limit ${chunk}
      ) join cabinet_search_places using (place) order by place`.execute(db);
    // Other organizations' are in the same index.
    found.push(...rows.filter((row) => row.organization === organization).map(({ cabinet }) => cabinet));
    const last = rows.at(-1);
    if (!last || rows.length < chunk) break;
    after = last.place;
    await setImmediate();
  }
  return found.slice(0, limit);
}

/** Some of the cabinets, and the last one that was looked at; `undefined`: these were all. */
interface Outdated {
  readonly cabinets: CabinetTable[];
  readonly last: string | undefined;
}

/** Those of `limit` cabinets behind the id `after` whose words are older than their description. */
export async function outdatedWords(
  db: Tables,
  { after, limit }: { after: string; limit: number },
): Promise<Outdated> {
  const rows = await db.selectFrom("cabinets").leftJoin(
    "cabinet_search",
    (join) =>
      join.onRef("cabinet_search.organization", "=", "cabinets.organization")
        .onRef("cabinet_search.cabinet", "=", "cabinets.id"),
  )
    .select(["cabinets.id", "updated_at", "described_at"]).where("cabinets.id", ">", after)
    .orderBy("cabinets.id").limit(limit).execute();
  const ids = rows.filter(({ updated_at, described_at }) => updated_at !== described_at).map(({ id }) => id);
  const last = rows.length < limit ? undefined : rows.at(-1)?.id;
  if (ids.length === 0) return { cabinets: [], last };
  return { cabinets: await db.selectFrom("cabinets").selectAll().where("id", "in", ids).execute(), last };
}

/** Writes the words of cabinets, but for those whose description has changed since. */
export const noteWords: Job<readonly CabinetSearchTable[], void> = {
  name: "note-words",
  isLazy: true,
  async work(trx, rows) {
    await trx.insertInto("cabinet_search").values(rows).onConflict((on) =>
      on.columns(["organization", "cabinet"])
        .doUpdateSet(({ ref }) => ({
          words: ref("excluded.words"),
          described_at: ref("excluded.described_at"),
        }))
        .whereRef("cabinet_search.described_at", "<", "excluded.described_at")
    ).execute();
  },
};
