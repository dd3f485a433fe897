import type { CodeTable, CodeTriesTable, Tables } from "../schema.ts";

/** Adds a code; `false` if the cabinet has a valid one with the same hash, or the id exists. */
export async function insertCode(trx: Tables, code: CodeTable): Promise<boolean> {
  return await trx.insertInto("codes").values(code).onConflict((on) => on.doNothing()).returning("id")
    .executeTakeFirst() !== undefined;
}

/** The code that this `share` made, or `undefined`. */
export async function codeById(trx: Tables, id: string): Promise<CodeTable | undefined> {
  return await trx.selectFrom("codes").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Uses the valid code with this hash, if there is one; of concurrent attempts only one succeeds. */
export async function useCode(
  trx: Tables,
  { cabinet, hash, by, now }: { cabinet: string; hash: string; by: string; now: number },
): Promise<CodeTable | undefined> {
  return await trx.updateTable("codes").set({ used_at: now, used_by: by })
    .where("cabinet", "=", cabinet).where("hash", "=", hash)
    .where("used_at", "is", null).where("void_at", "is", null).where("until", ">", now)
    .returningAll().executeTakeFirst();
}

/** Makes the rental's codes invalid. */
export async function voidCodes(trx: Tables, rental: string, now: number): Promise<void> {
  await trx.updateTable("codes").set({ void_at: now }).where("rental", "=", rental)
    .where("used_at", "is", null).where("void_at", "is", null).execute();
}

/** Locks the counts of wrong codes of these subjects until the transaction ends. */
export async function lockTries(
  trx: Tables,
  subjects: readonly string[],
  now: number,
): Promise<CodeTriesTable[]> {
  // Always in the same order, so that transactions cannot deadlock.
  for (const subject of subjects.toSorted()) {
    await trx.insertInto("code_tries").values({ subject, wrong: 0, since: now, blocked_until: 0 })
      .onConflict((on) => on.column("subject").doNothing()).execute();
  }
  return await trx.selectFrom("code_tries").selectAll().where("subject", "in", subjects).orderBy("subject")
    .forUpdate().execute();
}

/** Writes the count of wrong codes of a subject. */
export async function setTries(trx: Tables, { subject, ...set }: CodeTriesTable): Promise<void> {
  await trx.updateTable("code_tries").set(set).where("subject", "=", subject).execute();
}
