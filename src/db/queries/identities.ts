/**
 * Queries about people's WeChat identities: an openid in each app, and perhaps a unionid in all apps of one owner. The
 * unionid is stored as the openid of {@linkcode UNIONID_APP}, so that one key keeps both from belonging to two people.
 *
 * @module
 */
import type { IdentityTable, PersonTable, Tables } from "../schema.ts";

/** The `app` of a unionid, which holds in all apps of one owner. */
export const UNIONID_APP = "";

/** A person's identity in an app. */
export type Identity = Pick<IdentityTable, "app" | "openid">;

/** The person with that openid in the app, and whether the unionid, if one is given, belongs to a person already. */
export async function personByOpenid(
  db: Tables,
  { app, openid, unionid }: Identity & { unionid: string | undefined },
): Promise<{ row: PersonTable; isUnionidKnown: boolean } | undefined> {
  const found = await db.selectFrom("identities").innerJoin("people", "people.id", "identities.person")
    .selectAll("people")
    .select((eb) =>
      eb.selectFrom("identities as everywhere").select("everywhere.person")
        .where("everywhere.app", "=", UNIONID_APP).where("everywhere.openid", "=", unionid ?? "").as(
          "everywhere",
        )
    )
    .where("identities.app", "=", app).where("identities.openid", "=", openid).executeTakeFirst();
  if (!found) return undefined;
  const { everywhere, ...row } = found;
  return { row, isUnionidKnown: unionid === undefined || everywhere !== null };
}

/** The id of the person with this identity. */
export async function personWithIdentity(db: Tables, { app, openid }: Identity): Promise<string | undefined> {
  const row = await db.selectFrom("identities").select("person").where("app", "=", app)
    .where("openid", "=", openid).executeTakeFirst();
  return row?.person;
}

/** Gives the identity to the person if it belongs to no one. @returns whether it is the person's then */
export async function claimIdentity(
  trx: Tables,
  identity: Identity,
  { person, now }: { person: string; now: number },
): Promise<boolean> {
  const claimed = await trx.insertInto("identities").values({ ...identity, person, created_at: now })
    .onConflict((on) => on.columns(["app", "openid"]).doNothing()).returning("person").executeTakeFirst();
  return claimed !== undefined || await personWithIdentity(trx, identity) === person;
}

/** The person's newest openid in the app. */
export async function openidOf(
  db: Tables,
  { app, person }: Pick<IdentityTable, "app" | "person">,
): Promise<string | undefined> {
  const row = await db.selectFrom("identities").select("openid").where("person", "=", person)
    .where("app", "=", app).orderBy("created_at", "desc").limit(1).executeTakeFirst();
  return row?.openid;
}

/** Removes all identities of the person. */
export async function deleteIdentities(trx: Tables, person: string): Promise<void> {
  await trx.deleteFrom("identities").where("person", "=", person).execute();
}
