/**
 * Keeps what cabinets are searched by as they are described: the version before, which knows no searches, describes and
 * deletes cabinets beside this one.
 *
 * @module
 */
import { sql } from "kysely";
import type { Job } from "../../database.ts";
import type { CabinetSearchTable, CabinetTable, Tables } from "../../schema.ts";

/** Some of the cabinets, and the last one that was looked at; `undefined`: these were all. */
interface Outdated {
  readonly cabinets: CabinetTable[];
  readonly last: string | undefined;
}

/** Those of `limit` cabinets behind the id `after` whose words are not of their last description. */
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

/**
 * Writes the words of cabinets, but for those that are gone or were described anew since, and those that a transaction
 * changes now: the next look finds them.
 */
export const noteWords: Job<readonly CabinetSearchTable[], void> = {
  name: "note-words",
  isLazy: true,
  async work(trx, rows) {
    const now = await trx.selectFrom("cabinets").select(["organization", "id as cabinet", "updated_at"])
      .where("id", "in", rows.map(({ cabinet }) => cabinet)).orderBy("id").forShare().skipLocked().execute();
    const described = new Map(now.map((row) => [keyOf(row), row.updated_at]));
    const noted = rows.filter((row) => described.get(keyOf(row)) === row.described_at);
    if (noted.length === 0) return;
    await trx.insertInto("cabinet_search").values(noted).onConflict((on) =>
      on.columns(["organization", "cabinet"]).doUpdateSet(({ ref }) => ({
        words: ref("excluded.words"),
        described_at: ref("excluded.described_at"),
      }))
    ).execute();
  },
};

/** By what words are known. */
type WordsKey = Pick<CabinetSearchTable, "organization" | "cabinet">;

function keyOf({ organization, cabinet }: WordsKey): string {
  return `${organization} ${cabinet}`;
}

/** Words, and the description that they are of. */
type StrayWords = WordsKey & Pick<CabinetSearchTable, "described_at">;

/** Those of `limit` words behind `after` whose cabinet is gone, and the last ones that were looked at. */
export async function strayWords(
  db: Tables,
  { after, limit }: { after: WordsKey | undefined; limit: number },
): Promise<{ stray: StrayWords[]; last: WordsKey | undefined }> {
  let query = db.selectFrom("cabinet_search")
    .leftJoin("cabinets", "cabinets.id", "cabinet_search.cabinet")
    .select(["cabinet_search.organization", "cabinet_search.cabinet", "described_at"])
    .select("cabinets.organization as owner")
    .orderBy("cabinet_search.organization").orderBy("cabinet_search.cabinet").limit(limit);
  if (after) {
    query = query.where(
      sql<
        boolean
      >`(cabinet_search.organization, cabinet_search.cabinet) > (${after.organization}, ${after.cabinet})`,
    );
  }
  const rows = await query.execute();
  return {
    stray: rows.filter(({ organization, owner }) => organization !== owner),
    last: rows.length < limit ? undefined : rows.at(-1),
  };
}

/** Removes words, but for those of a cabinet that was described since they were found: it is there again. */
export const removeWords: Job<readonly StrayWords[], void> = {
  name: "remove-words",
  isLazy: true,
  async work(trx, stray) {
    for (const { organization, cabinet, described_at } of stray) {
      await trx.deleteFrom("cabinet_search").where("organization", "=", organization)
        .where("cabinet", "=", cabinet).where("described_at", "=", described_at).execute();
    }
  },
};
