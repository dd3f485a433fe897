import type { Tables, UsedTable } from "../schema.ts";

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
