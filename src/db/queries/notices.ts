/**
 * Queries of the outbox: what people are told outside of the page.
 *
 * @module
 */
import { sql } from "kysely";
import type { NoticeTable, Tables } from "../schema.ts";

/** A notice that is due, with what it is about; `null`: that is not there any more. */
export interface DueNotice extends NoticeTable {
  /** Whom the app knows the person as. */
  openid: string | null;
  cabinet_name: string | null;
  rental_state: string | null;
  rental_until: number | null;
}

/** Written out, since SQLite takes no index of a part of the rows where the part is a parameter. */
const IS_WAITING = sql<boolean>`state = 'waiting'`;

/** Adds a notice. */
export async function insertNotice(trx: Tables, notice: NoticeTable): Promise<void> {
  await trx.insertInto("notices").values(notice).execute();
}

/** Whether anything is due: one look at an index. */
export async function isNoticeDue(db: Tables, now: number): Promise<boolean> {
  return await db.selectFrom("notices").select("id").where(IS_WAITING).where("next_at", "<=", now).limit(1)
    .executeTakeFirst() !== undefined;
}

/** Up to `limit` notices that are due, those first that are due for the longest time; kept from others. */
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
    .where(sql<boolean>`notices.state = 'waiting'`).where("next_at", "<=", now)
    .orderBy("next_at").limit(limit).forUpdate("notices").skipLocked().execute();
}

/** Keeps these notices from all others until then, as whoever sends them may die over it: from now on nobody knows. */
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

/** Changes a notice that is not finished; with `tries`: and that nobody has tried since. */
export async function changeNotice(
  trx: Tables,
  id: string,
  { set, tries }: { set: Partial<NoticeTable>; tries?: number | undefined },
): Promise<void> {
  let update = trx.updateTable("notices").set(set).where("id", "=", id).where("state", "=", "waiting");
  if (tries !== undefined) update = update.where("tries", "=", tries);
  await update.execute();
}
