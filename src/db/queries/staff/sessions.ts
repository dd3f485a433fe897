import type { Expression, ExpressionBuilder, SqlBool } from "kysely";
import type { Schema, StaffSessionTable, Tables } from "../../schema.ts";
import { padToPowerOfTwo } from "../../statements/compiled.ts";

/** A session lives that began after the one time and was used after the other, unless it was ended. */
export interface LiveSince {
  readonly begun: number;
  readonly used: number;
}

function lives({ begun, used }: LiveSince) {
  return (eb: ExpressionBuilder<Schema, "staff_sessions">): Expression<SqlBool> =>
    eb.and([eb("ended_at", "is", null), eb("created_at", ">", begun), eb("used_at", ">", used)]);
}

/**
 * Adds a session. An account has up to `max`: those that began first end before, so that the new one lives also where a
 * clock was ahead when the others began.
 */
export async function insertSession(
  trx: Tables,
  session: StaffSessionTable,
  { max }: { max: number },
): Promise<void> {
  const { account, created_at: ended_at } = session;
  const stay = trx.selectFrom("staff_sessions").select("id").where("account", "=", account)
    .where("ended_at", "is", null).orderBy("created_at", "desc").orderBy("id", "desc").limit(max - 1);
  await trx.updateTable("staff_sessions").set({ ended_at }).where("account", "=", account)
    .where("ended_at", "is", null).where("id", "not in", stay).execute();
  await trx.insertInto("staff_sessions").values(session).execute();
}

/** The live session whose secret has that hash. */
export async function liveSession(
  db: Tables,
  hash: string,
  since: LiveSince,
): Promise<StaffSessionTable | undefined> {
  return await db.selectFrom("staff_sessions").selectAll().where("hash", "=", hash).where(lives(since))
    .executeTakeFirst();
}

/** Those of the sessions that live. */
export async function liveSessionsAmong(
  db: Tables,
  ids: readonly string[],
  since: LiveSince,
): Promise<Pick<StaffSessionTable, "id">[]> {
  return await db.selectFrom("staff_sessions").select("id").where("id", "in", padToPowerOfTwo(ids))
    .where(lives(since)).execute();
}

/** The live sessions of an account, newest first. */
export async function liveSessionsOf(
  db: Tables,
  account: string,
  since: LiveSince,
): Promise<StaffSessionTable[]> {
  return await db.selectFrom("staff_sessions").selectAll().where("account", "=", account).where(lives(since))
    .orderBy("created_at", "desc").orderBy("id", "desc").execute();
}

/** Writes when a session was last used, if that is later than what is known. */
export async function touchSession(trx: Tables, id: string, used_at: number): Promise<void> {
  await trx.updateTable("staff_sessions").set({ used_at }).where("id", "=", id).where("used_at", "<", used_at)
    .where("ended_at", "is", null).execute();
}

/**
 * Ends sessions of an account that were not ended yet: one, or all but one, or all. Also those whose time is up by this
 * program's clock, as another's may be behind.
 *
 * @returns how many it ended
 */
export async function endSessions(
  trx: Tables,
  account: string,
  { now, id, except }: { now: number; id?: string | undefined; except?: string | undefined },
): Promise<number> {
  let update = trx.updateTable("staff_sessions").set({ ended_at: now }).where("account", "=", account)
    .where("ended_at", "is", null);
  if (id !== undefined) update = update.where("id", "=", id);
  if (except !== undefined) update = update.where("id", "!=", except);
  return (await update.returning("id").execute()).length;
}

/** Addresses that an account was logged in to from since then, newest first. */
export async function addressesOf(
  db: Tables,
  account: string,
  { since, max }: { since: number; max: number },
): Promise<string[]> {
  const rows = await db.selectFrom("staff_sessions").select("address").where("account", "=", account)
    .where("created_at", ">", since).groupBy("address")
    .orderBy(({ fn }) => fn.max("created_at"), "desc").limit(max).execute();
  return rows.map(({ address }) => address);
}
