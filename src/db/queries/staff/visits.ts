/**
 * At which organizations' cabinets people have been: an organization sees no other people.
 *
 * @module
 */
import { type RawBuilder, sql, type SqlBool } from "kysely";
import type { RentalState } from "../../../cabinet/kinds.ts";
import { RETENTION } from "../../../lib/limits.ts";
import type { Job } from "../../database.ts";
import { type OrganizationView, TABLES } from "../../organization_view.ts";
import type { PersonTable, Tables, VisitTable } from "../../schema.ts";
import { countOf, type Cursor, type Page, readPage } from "../../statements/page.ts";
import { hasActiveRental, lockPerson, personById } from "../people.ts";

/** A person at the cabinets of an organization. */
export type VisitKey = Pick<VisitTable, "organization" | "person">;

/** Which people are listed. */
export interface PeopleFilter {
  /** What the name has in it, in upper or lower case. */
  readonly name?: string | undefined;
  /** Only these people. */
  readonly ids?: readonly string[] | undefined;
  /** What a name begins with, in upper or lower case. */
  readonly prefix?: string | undefined;
  readonly before?: Cursor | undefined;
  readonly limit: number;
}

/**
 * A page of the people who have been at the organization's cabinets, newest first: all people where the service has one
 * organization. A view of some cabinets has those who have or had a rental or a permit there.
 */
export async function peoplePage(
  view: OrganizationView,
  { name, ids, prefix, before, limit }: PeopleFilter,
): Promise<Page<PersonTable>> {
  const db = view[TABLES];
  const [wanted = "", start = ""] = [name?.toLowerCase(), prefix?.toLowerCase()];
  const keep = wanted === "" && start === "" ? undefined : (row: PersonTable) => {
    const own = row.name.toLowerCase();
    return own.includes(wanted) && own.startsWith(start);
  };
  const page = { before, limit, isSorted: ids !== undefined, keep };
  const among = ids ? sql<boolean>`people.id in (${sql.join(ids)})` : sql<boolean>`1 = 1`;
  const isCounted = keep === undefined && view.tags === undefined;
  if (await isAlone(db)) {
    const people = db.selectFrom("people").where(hasBeenWithin(view)).where(among);
    const count = isCounted
      ? () => countOf(db, people.select("id"), { by: ids ? [] : ["created_at"] })
      : undefined;
    return await readPage(people.selectAll(), { ...page, time: "created_at", count });
  }
  const visitors = db.selectFrom("visits").innerJoin("people", "people.id", "visits.person")
    .where("visits.organization", "=", view.organization).where(hasBeenWithin(view)).where(among);
  const count = isCounted
    ? () => countOf(db, visitors.select("people.id"), { by: ids ? [] : ["since"] })
    : undefined;
  const rows = visitors.selectAll("people").select(["visits.since", "visits.person"]);
  return await readPage(rows, { ...page, time: "since", tie: "person", count });
}

/** The person, if {@linkcode peoplePage} has them, or `undefined`. */
export async function personWithin(view: OrganizationView, id: string): Promise<PersonTable | undefined> {
  const db = view[TABLES];
  const person = await db.selectFrom("people").selectAll().where("people.id", "=", id)
    .where(hasBeenWithin(view)).executeTakeFirst();
  return person && await isKnownTo(db, { organization: view.organization, person: id }) ? person : undefined;
}

/** Whether the organization knows the person, whatever the view's cabinets: asked before a first permit there. */
export async function isPersonKnown(view: OrganizationView, person: string): Promise<boolean> {
  const db = view[TABLES];
  return await personById(db, person) !== undefined &&
    await isKnownTo(db, { organization: view.organization, person });
}

/**
 * Whether the person of a row has or had a rental or a permit at a cabinet of the view, or is about to pick something up
 * there; where the view has all cabinets, each person has.
 */
function hasBeenWithin({ tags, organization }: OrganizationView): RawBuilder<SqlBool> {
  if (tags === undefined) return sql`1 = 1`;
  if (tags.length === 0) return sql`1 = 0`;
  const at = (table: string, isTheirs: RawBuilder<unknown>) =>
    sql`exists (select 1 from ${sql.table(table)} at where ${isTheirs} and at.organization = ${organization}
      and at.cabinet in (select cabinet from cabinet_tags where tag in (${sql.join(tags)})))`;
  const isOwn = sql`at.person = people.id`;
  // By the index over pickers, which has those whose rental has not ended.
  const picks = sql`at.picker = people.id and at.state <> ${sql.lit<RentalState>("ended")}`;
  return sql`(${at("rentals", isOwn)} or ${at("permits", isOwn)} or ${at("rentals", picks)})`;
}

/** Whether the organization sees the person: they have been at its cabinets, or it is the only one. */
export async function isKnownTo(
  db: Tables,
  visit: VisitKey,
): Promise<boolean> {
  return await isAlone(db) || await isVisitor(db, visit);
}

/** Whether the service has one organization only, to which all people belong. */
export async function isAlone(db: Tables): Promise<boolean> {
  return (await db.selectFrom("organizations").select("id").limit(2).execute()).length < 2;
}

/** Whether the person has been at the organization's cabinets. */
export async function isVisitor(
  db: Tables,
  { organization, person }: VisitKey,
): Promise<boolean> {
  return await db.selectFrom("visits").select("person").where("organization", "=", organization)
    .where("person", "=", person).executeTakeFirst() !== undefined;
}

/** Notes that the person has been at the organization's cabinets, where there is such a person; the first time counts. */
export async function noteVisit(trx: Tables, visit: Omit<VisitTable, "leaving_at">): Promise<void> {
  // The person is not removed meanwhile: nobody would remove the visit after that.
  if (!await lockPerson(trx, visit.person)) return;
  await trx.insertInto("visits").values({ ...visit, leaving_at: null })
    .onConflict((on) => on.columns(["organization", "person"]).doNothing()).execute();
}

/** Removes the visit, unless the person has a rental there: then it is noted that it is to be removed. */
export async function endVisit(
  trx: Tables,
  { organization, person }: VisitKey,
  now: number,
): Promise<"removed" | "leaving"> {
  await trx.deleteFrom("permits").where("person", "=", person).where("organization", "=", organization)
    .execute();
  if (await hasActiveRental(trx, person, organization)) {
    await trx.updateTable("visits").set({ leaving_at: now }).where("organization", "=", organization)
      .where("person", "=", person).where("leaving_at", "is", null).execute();
    return "leaving";
  }
  await trx.deleteFrom("visits").where("organization", "=", organization).where("person", "=", person)
    .execute();
  return "removed";
}

/** Whether the person has been at cabinets of other organizations than this one. */
export async function hasVisitElsewhere(
  trx: Tables,
  { organization, person }: VisitKey,
): Promise<boolean> {
  return await trx.selectFrom("visits").select("person").where("person", "=", person)
    .where("organization", "!=", organization).limit(1).executeTakeFirst() !== undefined;
}

/** Up to `limit` visits that are to be removed, longest waiting first, behind `after`. */
export async function visitsLeaving(
  db: Tables,
  { after, limit }: { after: number; limit: number },
): Promise<VisitTable[]> {
  return await db.selectFrom("visits").selectAll().where("leaving_at", "is not", null)
    .where("leaving_at", ">", after).orderBy("leaving_at").limit(limit).execute();
}

/** Where a step through all people, oldest first, ended. */
type PersonPlace = Pick<PersonTable, "id" | "created_at">;

/**
 * Notes that people have been at the organization's cabinets: up to `limit`, from behind `after` on. A power failure may
 * undo it until a later write is committed.
 *
 * @returns where it ended; `null`: these were the last ones
 */
export const addVisits: Job<
  { readonly organization: string; readonly after: PersonPlace | null; readonly limit: number },
  PersonPlace | null
> = {
  name: "add-visits",
  isLazy: true,
  async work(trx, { organization, after, limit }) {
    let query = trx.selectFrom("people").select(["id", "created_at"]);
    if (after) query = query.where(sql<boolean>`(created_at, id) > (${after.created_at}, ${after.id})`);
    const people = await query.orderBy("created_at").orderBy("id").limit(limit).execute();
    await insertVisits(trx, organization, people);
    return people.length < limit ? null : people.at(-1) ?? null;
  },
};

/** Notes the same of all people who have come since then. */
export async function addVisitsSince(trx: Tables, organization: string, since: number): Promise<void> {
  const people = await trx.selectFrom("people").select(["id", "created_at"]).where("created_at", ">=", since)
    .execute();
  for (let at = 0; at < people.length; at += RETENTION.stepMax) {
    await insertVisits(trx, organization, people.slice(at, at + RETENTION.stepMax));
  }
}

async function insertVisits(
  trx: Tables,
  organization: string,
  people: readonly PersonPlace[],
): Promise<void> {
  if (people.length === 0) return;
  const rows = people.map(({ id, created_at }) => ({
    organization,
    person: id,
    since: created_at,
    leaving_at: null,
  }));
  await trx.insertInto("visits").values(rows)
    .onConflict((on) => on.columns(["organization", "person"]).doNothing()).execute();
}
