import { sql } from "kysely";
import type { NoticeTable, Tables } from "../schema.ts";
import { NOTICE_KINDS, type NoticeState, type RentalState } from "../../cabinet/kinds.ts";

/** A notice that is due, with what it is about; `null`: that does not exist any more. */
export interface DueNotice extends NoticeTable {
  /** The person's openid in the app. */
  openid: string | null;
  cabinet_name: string | null;
  rental_state: RentalState | null;
  rental_until: number | null;
}

/**
 * Without a parameter, since SQLite does not use a partial index if its condition has one. A notice of a kind that only a
 * newer version knows is left to that version: this one could only drop it.
 */
const IS_WAITING = sql<boolean>`notices.state = ${sql.lit<NoticeState>("waiting")}
  and notices.kind in (${sql.join(NOTICE_KINDS.map((kind) => sql.lit(kind)))})`;

/** Adds a notice. */
export async function insertNotice(trx: Tables, notice: NoticeTable): Promise<void> {
  await trx.insertInto("notices").values(notice).execute();
}

/** Whether any notice is due. Costs one index lookup. */
export async function isNoticeDue(db: Tables, now: number): Promise<boolean> {
  return await db.selectFrom("notices").select("id").where(IS_WAITING).where("next_at", "<=", now).limit(1)
    .executeTakeFirst() !== undefined;
}

/** Locks up to `limit` notices that are due, longest due first; skips those that are locked. */
export async function lockDueNotices(
  trx: Tables,
  { app, now, limit }: { app: string; now: number; limit: number },
): Promise<DueNotice[]> {
  return await trx.selectFrom("notices")
    .leftJoin("cabinets", "cabinets.id", "notices.cabinet")
    .leftJoin("rentals", "rentals.id", "notices.rental")
    .selectAll("notices")
    .select([
      "cabinets.name as cabinet_name",
      "rentals.state as rental_state",
      "rentals.until as rental_until",
    ])
    .select((eb) =>
      eb.selectFrom("identities").select("openid").whereRef("identities.person", "=", "notices.person")
        .where("app", "=", app).orderBy("created_at", "desc").limit(1).as("openid")
    )
    .where(IS_WAITING).where("next_at", "<=", now)
    .orderBy("next_at").limit(limit).forUpdate("notices").skipLocked().execute();
}

/**
 * Leases these notices until then, in case the sender dies while it sends them. From now on it is not known whether they
 * arrived.
 */
export async function leaseNotices(
  trx: Tables,
  ids: readonly string[],
  { now, until }: { now: number; until: number },
): Promise<void> {
  if (ids.length === 0) return;
  await trx.updateTable("notices").set(({ eb, fn, ref, val }) => ({
    next_at: until,
    tries: eb("tries", "+", 1),
    unsure_since: fn.coalesce(ref("unsure_since"), val(now)),
  })).where("id", "in", ids).execute();
}

/** Changes a notice that is not finished; with `tries`: only if it was not tried since. */
export async function changeNotice(
  trx: Tables,
  id: string,
  { set, tries }: { set: Partial<NoticeTable>; tries?: number | undefined },
): Promise<void> {
  let update = trx.updateTable("notices").set(set).where("id", "=", id).where("state", "=", "waiting");
  if (tries !== undefined) update = update.where("tries", "=", tries);
  await update.execute();
}
