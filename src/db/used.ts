/**
 * Queries about what works once.
 *
 * @module
 */
import type { Tables } from "./mod.ts";
import type { UsedTable } from "./schema.ts";

/** Uses it up; `false`: it was used before, here or in another program. */
export async function useOnce(trx: Tables, once: UsedTable): Promise<boolean> {
  return await trx.insertInto("used").values(once).onConflict((on) => on.column("key").doNothing())
    .returning("key").executeTakeFirst() !== undefined;
}

/** Whether it was used. */
export async function isUsed(db: Tables, key: string): Promise<boolean> {
  return await db.selectFrom("used").select("key").where("key", "=", key).executeTakeFirst() !== undefined;
}
