import type { Job } from "../../database.ts";
import type { Tables, UsedTable } from "../../schema.ts";

/** Records the use of the key; `false`: it was used before, in this program or another. */
export async function recordUse(
  trx: Tables,
  once: Pick<UsedTable, "key" | "until"> & Partial<UsedTable>,
): Promise<boolean> {
  return await trx.insertInto("used").values({ held_until: null, outcome: null, ...once })
    .onConflict((on) => on.column("key").doNothing()).returning("key").executeTakeFirst() !== undefined;
}

/** The recorded use of the key; `undefined`: it was not used. */
export async function oneTimeUse(db: Tables, key: string): Promise<UsedTable | undefined> {
  return await db.selectFrom("used").selectAll().where("key", "=", key).executeTakeFirst();
}

/** Records the outcome of the use. */
export async function setOutcome(trx: Tables, key: string, outcome: string): Promise<void> {
  await trx.updateTable("used").set({ outcome }).where("key", "=", key).execute();
}

/** The key of the row that is written, in a table whose rows are kept only for a while. */
const WRITE_CHECK = "written";

/** Writes a row, to check that the database can be written: it fails on one that is full, locked or read-only. */
export const writeCheck: Job<{ readonly at: number }, void> = {
  name: "write-check",
  async work(trx, { at }) {
    await trx.insertInto("used").values({ key: WRITE_CHECK, until: at })
      .onConflict((on) => on.column("key").doUpdateSet({ until: at })).execute();
  },
};
