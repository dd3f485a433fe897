import type { LeaseTable, Tables } from "../../schema.ts";

/** Takes the lease for its holder; `false`: another one has it. */
export async function takeLease(
  trx: Tables,
  { name, holder, until, now }: LeaseTable & { now: number },
): Promise<boolean> {
  return await trx.insertInto("leases").values({ name, holder, until })
    .onConflict((on) => on.column("name").doUpdateSet({ holder, until }).where("leases.until", "<=", now))
    .returning("name").executeTakeFirst() !== undefined;
}

/** Puts its end off; `false`: the holder has lost it. One that is past goes on if nobody has taken it meanwhile. */
export async function renewLease(trx: Tables, { name, holder, until }: LeaseTable): Promise<boolean> {
  return await trx.updateTable("leases").set({ until }).where("name", "=", name).where("holder", "=", holder)
    .returning("name").executeTakeFirst() !== undefined;
}

/** Gives it back. Harmless if the holder has lost it. */
export async function endLease(trx: Tables, { name, holder }: Omit<LeaseTable, "until">): Promise<void> {
  await trx.deleteFrom("leases").where("name", "=", name).where("holder", "=", holder).execute();
}
