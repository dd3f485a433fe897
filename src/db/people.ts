/**
 * Queries about people.
 *
 * @module
 */
import type { Tables } from "./mod.ts";
import type { PersonTable } from "./schema.ts";

/** Adds a person, whose sessions all count. */
export async function insertPerson(
  db: Tables,
  person: Pick<PersonTable, "id" | "kind" | "name" | "created_at"> & { picture?: string | null },
): Promise<void> {
  await db.insertInto("people").values({ ...person, sessions_from: 0 }).execute();
}

/** The person, or `undefined`. */
export async function personById(db: Tables, id: string): Promise<PersonTable | undefined> {
  return await db.selectFrom("people").selectAll().where("id", "=", id).executeTakeFirst();
}

/** How many guests one address may bring. */
export interface GuestLimit {
  /** Who is counted: the address, made unreadable. */
  readonly subject: string;
  readonly max: number;
  /** How long guests are counted together, in milliseconds. */
  readonly windowMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Whether one more guest may come. Only looks, so that a flood of guests keeps nobody from writing. */
export async function hasRoomForGuest(db: Tables, limit: GuestLimit): Promise<boolean> {
  const { subject, max, windowMs, now } = limit;
  const full = await db.selectFrom("code_tries").select("subject").where("subject", "=", subject)
    .where("since", ">", now - windowMs).where("wrong", ">=", max).executeTakeFirst();
  return full === undefined;
}

/**
 * Counts one more guest, among the wrong codes: those are counted in the same way and kept as long. `false` if there
 * are enough in this window.
 */
export async function countGuest(trx: Tables, limit: GuestLimit): Promise<boolean> {
  const { subject, max, windowMs, now } = limit;
  const old = now - windowMs;
  return await trx.insertInto("code_tries").values({ subject, wrong: 1, since: now, blocked_until: 0 })
    .onConflict((on) =>
      on.column("subject").doUpdateSet((eb) => ({
        wrong: eb.case().when("code_tries.since", "<=", old).then(1).else(eb("code_tries.wrong", "+", 1))
          .end(),
        since: eb.case().when("code_tries.since", "<=", old).then(now).else(eb.ref("code_tries.since")).end(),
      })).where((eb) => eb.or([eb("code_tries.since", "<=", old), eb("code_tries.wrong", "<", max)]))
    )
    .returning("subject").executeTakeFirst() !== undefined;
}

/** Keeps others who do the same for this person waiting until the transaction ends. */
export async function lockPerson(trx: Tables, id: string): Promise<void> {
  await trx.selectFrom("people").select("id").where("id", "=", id).forUpdate().execute();
}
