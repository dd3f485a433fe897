import type { Database } from "../../db/mod.ts";
import { noteWords, outdatedWords, removeWords, strayWords } from "../../db/queries/lists/cabinet_words.ts";
import { PROCESS } from "../../lib/limits.ts";
import { descriptionOf, wordsOf } from "../cabinets/rows.ts";

/**
 * Writes what cabinets are searched by where it is not of their last description: after the upgrade that brought searches,
 * and where the version before, which runs beside this one, has described them. Removes what is left of those that it has
 * deleted.
 *
 * @param pause is awaited between two steps; `false`: stop
 */
export async function refreshWords(db: Database, pause: () => Promise<boolean>): Promise<void> {
  if (await writeOutdated(db, pause)) await removeStray(db, pause);
}

/** @returns whether `pause` let it come to its end */
async function writeOutdated(db: Database, pause: () => Promise<boolean>): Promise<boolean> {
  for (let after: string | undefined = ""; after !== undefined;) {
    const page = { after, limit: PROCESS.wordsStepMax };
    const { cabinets, last } = await outdatedWords(db.tables, page);
    const rows = cabinets.map((row) => ({
      organization: row.organization,
      cabinet: row.id,
      words: wordsOf({ id: row.id, ...descriptionOf(row) }),
      described_at: row.updated_at,
    }));
    for (let at = 0; at < rows.length; at += PROCESS.seenAtOnce) {
      await db.writer.run(noteWords, rows.slice(at, at + PROCESS.seenAtOnce));
    }
    after = last;
    if (after !== undefined && !await pause()) return false;
  }
  return true;
}

async function removeStray(db: Database, pause: () => Promise<boolean>): Promise<void> {
  let after: Parameters<typeof strayWords>[1]["after"];
  do {
    const { stray, last } = await strayWords(db.tables, { after, limit: PROCESS.wordsStepMax });
    for (let at = 0; at < stray.length; at += PROCESS.seenAtOnce) {
      await db.writer.run(removeWords, stray.slice(at, at + PROCESS.seenAtOnce));
    }
    after = last;
  } while (after && await pause());
}
