/**
 * What cabinets are searched by: a row of words for each, in lower case.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { type RawBuilder, sql } from "kysely";
import { DATABASE } from "../../../lib/limits.ts";
import { isPostgres } from "../../dialects.ts";
import { type OrganizationView, TABLES } from "../../organization_view.ts";
import { contains } from "../../statements/search.ts";

/** The condition that a cabinet's words have this in them. */
export function hasWords(words: string): RawBuilder<boolean> {
  const hasThem = contains(sql`words`, words.toLowerCase());
  return sql`coalesce((select case when ${hasThem} then 1 else 0 end from cabinet_search
    where cabinet_search.organization = cabinets.organization and cabinet_search.cabinet = cabinets.id), 0) = 1`;
}

/** Chunks that are read before the index over trigrams is asked. */
const CHUNKS_FIRST = 2;

/** Which cabinets are looked for. */
interface WordsQuery {
  readonly words: string;
  readonly limit: number;
  /** SQLite: how many cabinets one statement reads. @default {DATABASE.searchChunk} */
  readonly chunk?: number;
}

/**
 * The cabinets of the organization that have these words, up to `limit`. SQLite's statements block the isolate, so there the
 * words are read in chunks. The first two chunks are read: common words fill the limit there. If they did not, the index over
 * trigrams is asked, which is quick for rare words.
 */
export async function cabinetsWithWords(
  view: OrganizationView,
  { words, limit, chunk = DATABASE.searchChunk }: WordsQuery,
): Promise<string[]> {
  const query = { words: words.toLowerCase(), limit };
  if (isPostgres(view[TABLES])) return await readWords(view, query);
  const found: string[] = [];
  let after = "";
  for (let chunks = 1; found.length < limit; chunks++) {
    const end = await chunkEnd(view, { after, chunk });
    found.push(...await readWords(view, { ...query, limit: limit - found.length, after, end }));
    if (end === undefined || found.length >= limit) break;
    const match = chunks === CHUNKS_FIRST ? await matchOf(view, query.words) : undefined;
    if (match !== undefined) return await matching(view, { match, limit, chunk });
    after = end;
    await setImmediate();
  }
  return found;
}

/** @param query.after, query.end only cabinets behind that one, and only up to that one */
async function readWords(
  { [TABLES]: db, organization }: OrganizationView,
  { words, limit, after = "", end }: WordsQuery & { after?: string; end?: string | undefined },
): Promise<string[]> {
  const found = db.selectFrom("cabinet_search").select("cabinet").where("organization", "=", organization)
    .where("cabinet", ">", after).where(contains(sql`words`, words)).limit(limit);
  const rows = await (end === undefined ? found : found.where("cabinet", "<=", end)).execute();
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
  { match, limit, chunk }: Required<Omit<WordsQuery, "words">> & { match: string },
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
