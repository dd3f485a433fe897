import { type OrganizationView, TABLES } from "../../organization_view.ts";
import type { AccountTable, InvitationTable, OrganizationTable, Tables } from "../../schema.ts";

/** A link that works, with what its page shows. */
export interface OpenInvitation extends InvitationTable {
  organization_name: OrganizationTable["name"];
  /** Of the account that is to be reset. */
  login: AccountTable["login"] | null;
}

/** The link with that hash, if it works. It is found in all organizations, so the transaction must not be confined. */
export async function openInvitation(
  db: Tables,
  hash: string,
  now: number,
): Promise<OpenInvitation | undefined> {
  return await db.selectFrom("invitations")
    .innerJoin("organizations", "organizations.id", "invitations.organization")
    .leftJoin("accounts", "accounts.id", "invitations.account")
    .selectAll("invitations").select(["organizations.name as organization_name", "accounts.login"])
    .where("invitations.hash", "=", hash).where("invitations.until", ">", now).executeTakeFirst();
}

/** The organization's links that work, newest first. */
export async function openInvitationsOf(view: OrganizationView, now: number): Promise<InvitationTable[]> {
  return await view[TABLES].selectFrom("invitations").selectAll()
    .where("organization", "=", view.organization).where("until", ">", now)
    .orderBy("created_at", "desc").orderBy("id", "desc").execute();
}

/** How many links of the organization work. */
export async function countOpenInvitations(
  trx: Tables,
  organization: string,
  now: number,
): Promise<number> {
  const { count } = await trx.selectFrom("invitations").select(({ fn }) => fn.countAll<number>().as("count"))
    .where("organization", "=", organization).where("until", ">", now).executeTakeFirstOrThrow();
  return Number(count);
}

/** Stores a link; it replaces one of the same id, which then works no longer. */
export async function putInvitation(trx: Tables, row: InvitationTable): Promise<void> {
  const { id: _id, ...set } = row;
  await trx.insertInto("invitations").values(row).onConflict((on) => on.column("id").doUpdateSet(set))
    .execute();
}

/** Uses the link up and returns it; `undefined`: it was used, or its time is over. */
export async function takeInvitation(
  trx: Tables,
  id: string,
  { hash, now }: { hash: string; now: number },
): Promise<InvitationTable | undefined> {
  return await trx.deleteFrom("invitations").where("id", "=", id).where("hash", "=", hash).where(
    "until",
    ">",
    now,
  )
    .returningAll().executeTakeFirst();
}

/** Removes a link of the organization and returns it; `undefined`: there is none. */
export async function deleteInvitation(
  trx: Tables,
  { id, organization }: Pick<InvitationTable, "id" | "organization">,
): Promise<InvitationTable | undefined> {
  return await trx.deleteFrom("invitations").where("id", "=", id).where("organization", "=", organization)
    .returningAll().executeTakeFirst();
}

/** Removes the links that reset the account: those of all organizations, unless the transaction is confined to one. */
export async function deleteResetsOf(trx: Tables, account: string): Promise<void> {
  await trx.deleteFrom("invitations").where("account", "=", account).execute();
}
