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
  return sql<
    boolean
  >`exists (select 1 from cabinet_search where cabinet_search.organization = cabinets.organization
    and cabinet_search.cabinet = cabinets.id and ${contains(sql`words`, words.toLowerCase())})`;
}

/**
 * The cabinets of the organization that have these words, up to `limit`. On SQLite, whose statements block the isolate,
 * `DATABASE.searchChunk` rows at a time.
 */
export async function cabinetsWithWords(
  view: OrganizationView,
  { words, limit }: { words: string; limit: number },
): Promise<string[]> {
  const found: string[] = [];
  const query = view[TABLES].selectFrom("cabinet_search").select("cabinet")
    .where("organization", "=", view.organization).where(contains(sql`words`, words.toLowerCase()));
  if (isPostgres(view[TABLES])) {
    return (await query.limit(limit).execute()).map(({ cabinet }) => cabinet);
  }
  for (let after = ""; found.length < limit;) {
    const end = await chunkEnd(view, after);
    const part = query.where("cabinet", ">", after).limit(limit - found.length);
    const rows = await (end === undefined ? part : part.where("cabinet", "<=", end)).execute();
    found.push(...rows.map(({ cabinet }) => cabinet));
    if (end === undefined) break;
    after = end;
    await setImmediate();
  }
  return found;
}

async function chunkEnd({ [TABLES]: db, organization }: OrganizationView, after: string) {
  const row = await db.selectFrom("cabinet_search").select("cabinet")
    .where("organization", "=", organization).where("cabinet", ">", after)
    .orderBy("cabinet").limit(1).offset(DATABASE.searchChunk - 1).executeTakeFirst();
  return row?.cabinet;
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
