import type { AccountTable, Tables } from "../../schema.ts";

/** The account with that id, or with that login in its one spelling. */
export async function accountBy(
  db: Tables,
  by: { readonly id: string } | { readonly login: string },
): Promise<AccountTable | undefined> {
  const query = db.selectFrom("accounts").selectAll();
  return await ("id" in by ? query.where("id", "=", by.id) : query.where("login", "=", by.login))
    .executeTakeFirst();
}

/** Adds an account; `undefined`: there is one with that login or id. */
export async function insertAccount(
  trx: Tables,
  account: Omit<AccountTable, "totp" | "totp_pending" | "totp_step">,
): Promise<AccountTable | undefined> {
  return await trx.insertInto("accounts").values({ ...account, totp: null, totp_pending: null, totp_step: 0 })
    .onConflict((on) => on.doNothing()).returningAll().executeTakeFirst();
}

/** Changes an account; `false`: there is none. */
export async function changeAccount(
  trx: Tables,
  id: string,
  change: Partial<Omit<AccountTable, "id" | "login" | "created_at">>,
): Promise<boolean> {
  return await trx.updateTable("accounts").set(change).where("id", "=", id).returning("id")
    .executeTakeFirst() !== undefined;
}

/** Changes the password if it is still the one that was checked. @returns whether it was */
export async function replacePassword(
  trx: Tables,
  { id, from, to }: { id: string; from: string; to: string },
): Promise<boolean> {
  return await trx.updateTable("accounts").set({ password: to }).where("id", "=", id).where(
    "password",
    "=",
    from,
  )
    .returning("id").executeTakeFirst() !== undefined;
}

/**
 * Takes what an account logs in by, if it is still what was checked: its row stays locked until the transaction ends, so
 * nobody changes the password meanwhile.
 *
 * @param step the time step whose code was given; each is taken once, and none after a later one
 * @returns `false`: the password or the second factor has changed, or the code was taken before
 */
export async function takeLogIn(
  trx: Tables,
  { id, password, totp }: AccountTable,
  step?: number,
): Promise<boolean> {
  let update = trx.updateTable("accounts")
    .set(({ ref }) => ({ totp_step: step ?? ref("totp_step") }))
    .where("id", "=", id).where("password", "=", password)
    .where("totp", totp === null ? "is" : "=", totp);
  if (step !== undefined) update = update.where("totp_step", "<", step);
  return await update.returning("id").executeTakeFirst() !== undefined;
}

/** Makes the pending secret the second factor, if it is still the one that was checked. @returns whether it was */
export async function confirmSecondFactor(
  trx: Tables,
  { id, pending, step }: { id: string; pending: string; step: number },
): Promise<boolean> {
  return await trx.updateTable("accounts").set({ totp: pending, totp_pending: null, totp_step: step })
    .where("id", "=", id).where("totp_pending", "=", pending).returning("id").executeTakeFirst() !==
    undefined;
}

/** Gives an account these recovery codes instead of those that it had. */
export async function replaceRecoveryCodes(
  trx: Tables,
  account: string,
  hashes: readonly string[],
): Promise<void> {
  await trx.deleteFrom("recovery_codes").where("account", "=", account).execute();
  if (hashes.length === 0) return;
  await trx.insertInto("recovery_codes").values(hashes.map((hash) => ({ account, hash }))).execute();
}

/** Uses a recovery code up. @returns `false`: the account has no such code, or not any more */
export async function takeRecoveryCode(trx: Tables, account: string, hash: string): Promise<boolean> {
  return await trx.deleteFrom("recovery_codes").where("account", "=", account).where("hash", "=", hash)
    .returning("hash").executeTakeFirst() !== undefined;
}
