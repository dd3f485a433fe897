import type { PersonTable, Tables } from "../schema.ts";
import { newNumber } from "../../lib/text/short_numbers.ts";
import { PERSON } from "../../lib/limits.ts";
import { IS_ACTIVE } from "./rentals.ts";

/** Adds a person under a number that no other has, or without one where none is found. @returns the row */
export async function insertPerson(
  db: Tables,
  person: Pick<PersonTable, "id" | "kind" | "name" | "created_at"> & { picture?: string | null },
): Promise<PersonTable> {
  const row = { picture: null, ...person, sessions_from: 0, leaving_at: null };
  for (let tries = 0; tries < PERSON.numberTries; tries++) {
    const numbered = { ...row, number: newNumber() };
    const added = await db.insertInto("people").values(numbered)
      .onConflict((on) => on.column("number").where("number", "is not", null).doNothing())
      .returning("id").executeTakeFirst();
    if (added) return numbered;
  }
  await db.insertInto("people").values(row).execute();
  return { ...row, number: null };
}

/** The person, or `undefined`. */
export async function personById(db: Tables, id: string): Promise<PersonTable | undefined> {
  return await db.selectFrom("people").selectAll().where("id", "=", id).executeTakeFirst();
}

/** How many guests may sign in from one address. */
export interface GuestLimit {
  /** A keyed hash of the address. */
  readonly subject: string;
  readonly max: number;
  /** The time within which guests are counted, in milliseconds. */
  readonly windowMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Whether one more guest may sign in. Only reads, so that a flood of guests does not delay writes. */
export async function hasRoomForGuest(db: Tables, limit: GuestLimit): Promise<boolean> {
  const { subject, max, windowMs, now } = limit;
  const full = await db.selectFrom("code_tries").select("subject").where("subject", "=", subject)
    .where("since", ">", now - windowMs).where("wrong", ">=", max).executeTakeFirst();
  return full === undefined;
}

/**
 * Counts one more guest, in the table of wrong codes: those are counted in the same way and kept as long. `false` if the
 * limit is reached.
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

/** Locks the person until the transaction ends; `undefined`: there is no such person. */
export async function lockPerson(trx: Tables, id: string): Promise<PersonTable | undefined> {
  return await trx.selectFrom("people").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

/**
 * Locks the person as {@linkcode lockPerson} does; `undefined` also if the session is over.
 *
 * @param session.sessionsFrom the person's `sessions_from` when the session was checked; `undefined`: it is not compared
 */
export async function lockSessionPerson(
  trx: Tables,
  session: { readonly person: string; readonly sessionsFrom?: number | undefined },
): Promise<PersonTable | undefined> {
  const person = await lockPerson(trx, session.person);
  return person && isSessionOver(person, session) ? undefined : person;
}

/** Whether the person's session was ended after it was checked. */
export function isSessionOver(
  { sessions_from }: PersonTable,
  { sessionsFrom = Infinity }: { readonly sessionsFrom?: number | undefined },
): boolean {
  return sessions_from > sessionsFrom;
}

/** Changes columns of the person. */
export async function changePerson(trx: Tables, id: string, set: Partial<PersonTable>): Promise<void> {
  await trx.updateTable("people").set(set).where("id", "=", id).execute();
}

/**
 * Ends all sessions that have begun by now, those of this millisecond too, and those whose beginning was postponed by an
 * earlier end; `false`: there is no such person.
 */
export async function endSessions(trx: Tables, id: string, now: number): Promise<boolean> {
  return await trx.updateTable("people").set(({ eb }) => ({
    sessions_from: eb.case().when("sessions_from", ">", now).then(eb("sessions_from", "+", 1))
      .else(now + 1).end(),
  })).where("id", "=", id).returning("id").executeTakeFirst() !== undefined;
}

/**
 * Whether the person has a rental that has not ended, as its owner or as its picker.
 *
 * @param organization whose rentals count @default {undefined} those of all organizations
 */
export async function hasActiveRental(trx: Tables, person: string, organization?: string): Promise<boolean> {
  const active = async (column: "person" | "picker") => {
    let query = trx.selectFrom("rentals").select("id").where(column, "=", person).where(IS_ACTIVE);
    if (organization !== undefined) query = query.where("organization", "=", organization);
    return await query.limit(1).executeTakeFirst() !== undefined;
  };
  return await active("person") || await active("picker");
}

/** Up to `limit` people who are to be removed and have no rental any more, longest waiting first. */
export async function removablePeople(db: Tables, limit: number): Promise<string[]> {
  const rows = await db.selectFrom("people").select("id").where("leaving_at", "is not", null)
    .where(({ not, exists, selectFrom }) => {
      const active = (column: "person" | "picker") =>
        exists(
          selectFrom("rentals").select("rentals.id").whereRef(`rentals.${column}`, "=", "people.id").where(
            IS_ACTIVE,
          ),
        );
      return not(active("person")).and(not(active("picker")));
    })
    .orderBy("leaving_at").limit(limit).execute();
  return rows.map(({ id }) => id);
}

/** The cabinets that the person has permits for. */
export async function cabinetsPermitted(db: Tables, person: string): Promise<string[]> {
  const rows = await db.selectFrom("permits").select("cabinet").distinct().where("person", "=", person)
    .where("revoked_at", "is", null).execute();
  return rows.map(({ cabinet }) => cabinet);
}

/** Removes the person's permits and waiting notices. */
export async function deletePersonalRows(trx: Tables, person: string): Promise<void> {
  await trx.deleteFrom("permits").where("person", "=", person).execute();
  await trx.deleteFrom("notices").where("person", "=", person).where("state", "=", "waiting").execute();
}

/** Removes the person, and where they have been. */
export async function deletePerson(trx: Tables, id: string): Promise<void> {
  await trx.deleteFrom("visits").where("person", "=", id).execute();
  await trx.deleteFrom("people").where("id", "=", id).execute();
}
