/**
 * Queries about people.
 *
 * @module
 */
import { sql } from "kysely";
import type { PersonTable, Tables } from "../schema.ts";
import { type Cursor, type Page, readPage } from "../statements/page.ts";

/** Adds a person, whose sessions all count; returns the row. */
export async function insertPerson(
  db: Tables,
  person: Pick<PersonTable, "id" | "kind" | "name" | "created_at"> & { picture?: string | null },
): Promise<PersonTable> {
  const row = { picture: null, ...person, sessions_from: 0, leaving_at: null };
  await db.insertInto("people").values(row).execute();
  return row;
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

/** The person, kept from others who do the same until the transaction ends; `undefined`: there is nobody. */
export async function lockPerson(trx: Tables, id: string): Promise<PersonTable | undefined> {
  return await trx.selectFrom("people").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

/**
 * The person, kept from others as {@linkcode lockPerson} does; `undefined` too where the session is over that speaks for the
 * person.
 *
 * @param session.sessionsFrom the person's `sessions_from` when the session was let in; without it the session is not asked for
 */
export async function lockPersonOf(
  trx: Tables,
  session: { readonly person: string; readonly sessionsFrom?: number | undefined },
): Promise<PersonTable | undefined> {
  const person = await lockPerson(trx, session.person);
  return person && isOver(person, session) ? undefined : person;
}

/** Whether the session is over by which the person was let in. */
export function isOver(
  { sessions_from }: PersonTable,
  { sessionsFrom = Infinity }: { readonly sessionsFrom?: number | undefined },
): boolean {
  return sessions_from > sessionsFrom;
}

/** Changes what is known of the person. */
export async function changePerson(trx: Tables, id: string, set: Partial<PersonTable>): Promise<void> {
  await trx.updateTable("people").set(set).where("id", "=", id).execute();
}

/**
 * Ends all sessions that have begun by now, those of this very millisecond too, and those whose beginning was put off
 * because of an end before; `false`: there is nobody.
 */
export async function endSessions(trx: Tables, id: string, now: number): Promise<boolean> {
  return await trx.updateTable("people").set(({ eb }) => ({
    sessions_from: eb.case().when("sessions_from", ">", now).then(eb("sessions_from", "+", 1))
      .else(now + 1).end(),
  })).where("id", "=", id).returning("id").executeTakeFirst() !== undefined;
}

/** A page of people, newest first. */
export async function peoplePage(
  db: Tables,
  { name, before, limit }: { name?: string | undefined; before?: Cursor | undefined; limit: number },
): Promise<Page<PersonTable>> {
  const wanted = name?.toLowerCase();
  const keep = wanted === undefined
    ? undefined
    : (row: PersonTable) => row.name.toLowerCase().includes(wanted);
  return await readPage(db.selectFrom("people").selectAll(), { time: "created_at", before, limit, keep });
}

/** Written out, since SQLite takes no index of a part of the rows where the part is a parameter. */
const IS_ACTIVE = sql<boolean>`state <> 'ended'`;

/** Whether the person has something in a cell, may take it out for somebody, or is just being given a cell. */
export async function hasSomething(trx: Tables, person: string): Promise<boolean> {
  const active = async (column: "person" | "picker") =>
    await trx.selectFrom("rentals").select("id").where(column, "=", person).where(IS_ACTIVE).limit(1)
      .executeTakeFirst() !== undefined;
  return await active("person") || await active("picker");
}

/** Up to `limit` people who are leaving and have nothing in a cell any more, by the time since when they are. */
export async function readyToGo(db: Tables, limit: number): Promise<string[]> {
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

/** Removes what only concerns the person: his permits, and what he was to be told. */
export async function deleteBelongings(trx: Tables, person: string): Promise<void> {
  await trx.deleteFrom("permits").where("person", "=", person).execute();
  await trx.deleteFrom("notices").where("person", "=", person).where("state", "=", "waiting").execute();
}

/** Removes the person. */
export async function deletePerson(trx: Tables, id: string): Promise<void> {
  await trx.deleteFrom("people").where("id", "=", id).execute();
}
