import type { PermitTable, Tables } from "../schema.ts";
import {
  isOwned,
  organizationOf,
  type OrganizationView,
  TABLES,
  testedIn,
  within,
} from "../organization_view.ts";
import { type Cursor, type Page, readPage } from "../statements/page.ts";

/** Adds a permit. */
export async function insertPermit(trx: Tables, permit: PermitTable): Promise<void> {
  const organization = organizationOf(permit.cabinet);
  await trx.insertInto("permits").values({ ...permit, organization }).execute();
}

/** The permit, or `undefined`. */
export async function permitById(trx: Tables, id: string): Promise<PermitTable | undefined> {
  return await trx.selectFrom("permits").selectAll().where("id", "=", id).executeTakeFirst();
}

/** The permit, if it is within the view, or `undefined`. */
export async function permitWithin(view: OrganizationView, id: string): Promise<PermitTable | undefined> {
  const permit = await view[TABLES].selectFrom("permits").selectAll().where("id", "=", id).executeTakeFirst();
  return within(view, permit);
}

/** Revokes the permit, if it is not revoked yet. @returns it; `undefined`: there is none */
export async function revokePermit(trx: Tables, id: string, now: number): Promise<PermitTable | undefined> {
  await trx.updateTable("permits").set({ revoked_at: now }).where("id", "=", id)
    .where("revoked_at", "is", null).execute();
  return await permitById(trx, id);
}

/** Revokes all permits of the cabinet. */
export async function revokePermitsOf(trx: Tables, cabinet: string, now: number): Promise<void> {
  await trx.updateTable("permits").set({ revoked_at: now }).where("cabinet", "=", cabinet)
    .where("revoked_at", "is", null).execute();
}

/** The permits that this person has now in this cabinet. */
export async function permitsNow(
  db: Tables,
  { cabinet, person, now }: { cabinet: string; person: string; now: number },
): Promise<PermitTable[]> {
  return await db.selectFrom("permits").selectAll().where("cabinet", "=", cabinet)
    .where("person", "=", person).where("revoked_at", "is", null).where("valid_from", "<=", now)
    .where(({ eb, or }) => or([eb("valid_until", "is", null), eb("valid_until", ">", now)])).execute();
}

/** A page of the cabinet's permits, newest first. */
export async function permitsPage(
  view: OrganizationView,
  { cabinet, before, limit }: { cabinet: string; before?: Cursor | undefined; limit: number },
): Promise<Page<PermitTable>> {
  const { owned, fits } = testedIn(view, "permits", { byOrganizationIndex: false });
  const query = view[TABLES].selectFrom("permits").selectAll().where("cabinet", "=", cabinet)
    .where(owned);
  return await readPage(query, { time: "created_at", before, limit, fits });
}

/** Up to `limit` of the person's permits that are valid now or later; those that begin first come first. */
export async function permitsAhead(
  db: Tables,
  { cabinet, person, now, limit }: { cabinet: string; person: string; now: number; limit: number },
): Promise<PermitTable[]> {
  return await db.selectFrom("permits").selectAll().where("cabinet", "=", cabinet)
    .where("person", "=", person).where("revoked_at", "is", null)
    .where(({ eb, or }) => or([eb("valid_until", "is", null), eb("valid_until", ">", now)]))
    .orderBy("valid_from").orderBy("id").limit(limit).execute();
}

/** Whether the cabinet has permits that are valid now or later. */
export async function hasPermits(
  view: OrganizationView,
  { cabinet, now }: { cabinet: string; now: number },
): Promise<boolean> {
  const found = await view[TABLES].selectFrom("permits").select("id").where("cabinet", "=", cabinet)
    .where(isOwned(view, { byOrganizationIndex: false })).where("revoked_at", "is", null)
    .where(({ eb, or }) => or([eb("valid_until", "is", null), eb("valid_until", ">", now)])).limit(1)
    .executeTakeFirst();
  return found !== undefined;
}
