import { STAFF } from "../../../lib/limits.ts";
import { type OrganizationView, TABLES } from "../../organization_view.ts";
import type { StaffTokenTable, Tables } from "../../schema.ts";
import { padToPowerOfTwo } from "../../statements/compiled.ts";

/** The token with that hash, if it works. It is found in all organizations, so the transaction must not be confined. */
export async function workingToken(
  db: Tables,
  hash: string,
  now: number,
): Promise<StaffTokenTable | undefined> {
  return await db.selectFrom("staff_tokens").selectAll().where("hash", "=", hash)
    .where("revoked_at", "is", null).where(({ eb, or }) =>
      or([eb("until", "is", null), eb("until", ">", now)])
    )
    .executeTakeFirst();
}

/** Those of the tokens that work. They are found in all organizations, as by {@linkcode workingToken}. */
export async function workingTokens(
  db: Tables,
  ids: readonly string[],
  now: number,
): Promise<StaffTokenTable[]> {
  return await db.selectFrom("staff_tokens").selectAll().where("id", "in", padToPowerOfTwo(ids))
    .where("revoked_at", "is", null).where(({ eb, or }) =>
      or([eb("until", "is", null), eb("until", ">", now)])
    )
    .execute();
}

/** The token, which nobody changes until the transaction ends; several transactions may hold it so. */
export async function holdToken(trx: Tables, id: string): Promise<StaffTokenTable | undefined> {
  return await trx.selectFrom("staff_tokens").selectAll().where("id", "=", id).forShare().executeTakeFirst();
}

/** The organization's tokens, newest first: all that work, and the latest of the others. */
export async function tokensOf(view: OrganizationView, now: number): Promise<StaffTokenTable[]> {
  const limit = STAFF.tokensMax + STAFF.tokensOverShownMax;
  const rows = await view[TABLES].selectFrom("staff_tokens").selectAll()
    .where("organization", "=", view.organization)
    .orderBy(({ eb, or }) =>
      or([eb("revoked_at", "is not", null), eb(eb.fn.coalesce("until", eb.val(now + 1)), "<=", now)])
    )
    .orderBy("created_at", "desc").orderBy("id", "desc").limit(limit).execute();
  return rows.sort((a, b) => b.created_at - a.created_at);
}

/** How many tokens of the organization work. */
export async function countWorkingTokens(trx: Tables, organization: string, now: number): Promise<number> {
  const { count } = await trx.selectFrom("staff_tokens").select(({ fn }) => fn.countAll<number>().as("count"))
    .where("organization", "=", organization).where("revoked_at", "is", null)
    .where(({ eb, or }) => or([eb("until", "is", null), eb("until", ">", now)])).executeTakeFirstOrThrow();
  return Number(count);
}

/** Adds a token. */
export async function insertToken(trx: Tables, row: StaffTokenTable): Promise<void> {
  await trx.insertInto("staff_tokens").values(row).execute();
}

/** Revokes a token of the organization, if it was not, and returns it; `undefined`: there is none. */
export async function revokeToken(
  trx: Tables,
  { id, organization }: Pick<StaffTokenTable, "id" | "organization">,
  now: number,
): Promise<StaffTokenTable | undefined> {
  return await trx.updateTable("staff_tokens").set(({ fn, val }) => ({
    revoked_at: fn.coalesce("revoked_at", val(now)),
  }))
    .where("id", "=", id).where("organization", "=", organization).returningAll().executeTakeFirst();
}

/** Notes that the token was used, unless that was noted after `before`. */
export async function noteTokenUse(
  trx: Tables,
  id: string,
  { now, before }: { now: number; before: number },
): Promise<void> {
  await trx.updateTable("staff_tokens").set({ used_at: now }).where("id", "=", id)
    .where(({ eb, or }) => or([eb("used_at", "is", null), eb("used_at", "<", before)])).execute();
}
