/**
 * Queries about what works once.
 *
 * @module
 */
import type { Tables, UsedTable } from "../schema.ts";

/** Uses it up; `false`: it was used before, here or in another program. */
export async function useOnce(
  trx: Tables,
  once: Pick<UsedTable, "key" | "until"> & Partial<UsedTable>,
): Promise<boolean> {
  return await trx.insertInto("used").values({ held_until: null, outcome: null, ...once })
    .onConflict((on) => on.column("key").doNothing()).returning("key").executeTakeFirst() !== undefined;
}

/** How it was used; `undefined`: it was not. */
export async function useOf(db: Tables, key: string): Promise<UsedTable | undefined> {
  return await db.selectFrom("used").selectAll().where("key", "=", key).executeTakeFirst();
}

/** Notes what came of it. */
export async function setOutcome(trx: Tables, key: string, outcome: string): Promise<void> {
  await trx.updateTable("used").set({ outcome }).where("key", "=", key).execute();
}
