/**
 * Queries about whom WeChat knows people as: in each app by an openid, and maybe in all apps of one owner by a unionid.
 * That is kept as the openid of {@linkcode EVERY_APP}, so that one key lets neither belong to two people.
 *
 * @module
 */
import type { IdentityTable, PersonTable, Tables } from "../schema.ts";

/** Stands for all apps of one owner. */
export const EVERY_APP = "";

/** Who somebody is to an app. */
export type Identity = Pick<IdentityTable, "app" | "openid">;

/** The person whom the app knows by that openid, and whether that unionid, where one is told, is somebody's already. */
export async function personByOpenid(
  db: Tables,
  { app, openid, unionid }: Identity & { unionid: string | undefined },
): Promise<{ row: PersonTable; isUnionidKnown: boolean } | undefined> {
  const found = await db.selectFrom("identities").innerJoin("people", "people.id", "identities.person")
    .selectAll("people")
    .select((eb) =>
      eb.selectFrom("identities as everywhere").select("everywhere.person")
        .where("everywhere.app", "=", EVERY_APP).where("everywhere.openid", "=", unionid ?? "").as(
          "everywhere",
        )
    )
    .where("identities.app", "=", app).where("identities.openid", "=", openid).executeTakeFirst();
  if (!found) return undefined;
  const { everywhere, ...row } = found;
  return { row, isUnionidKnown: unionid === undefined || everywhere !== null };
}

/** The id of the person whose identity that is. */
export async function ownerOf(db: Tables, { app, openid }: Identity): Promise<string | undefined> {
  const row = await db.selectFrom("identities").select("person").where("app", "=", app)
    .where("openid", "=", openid).executeTakeFirst();
  return row?.person;
}

/** Makes it the person's, if it is nobody's; returns whether it is the person's then. */
export async function claimIdentity(
  trx: Tables,
  identity: Identity,
  { person, now }: { person: string; now: number },
): Promise<boolean> {
  const claimed = await trx.insertInto("identities").values({ ...identity, person, created_at: now })
    .onConflict((on) => on.columns(["app", "openid"]).doNothing()).returning("person").executeTakeFirst();
  return claimed !== undefined || await ownerOf(trx, identity) === person;
}

/** Whom the app knows the person as. */
export async function openidOf(
  db: Tables,
  { app, person }: Pick<IdentityTable, "app" | "person">,
): Promise<string | undefined> {
  const row = await db.selectFrom("identities").select("openid").where("person", "=", person)
    .where("app", "=", app).orderBy("created_at", "desc").limit(1).executeTakeFirst();
  return row?.openid;
}

/** No app knows the person any more. */
export async function deleteIdentities(trx: Tables, person: string): Promise<void> {
  await trx.deleteFrom("identities").where("person", "=", person).execute();
}
