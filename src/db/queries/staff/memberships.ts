import type { ExpressionBuilder } from "kysely";
import { type OrganizationView, TABLES } from "../../organization_view.ts";
import type { AccountTable, MembershipTable, Schema, Tables } from "../../schema.ts";
import { padToPowerOfTwo } from "../../statements/compiled.ts";

/** Which membership. */
export type MembershipKey = Pick<MembershipTable, "account" | "organization">;

/** A membership with what decides whether its account needs a second factor for it. */
export interface MembershipOfAccount extends MembershipTable {
  /** As in the table of organizations. */
  second_factor_roles: string;
  /** On SQLite a number. */
  has_second_factor: unknown;
}

/** All memberships of the account, oldest first. It crosses organizations, so the transaction must not be confined to one. */
export async function membershipsOfAccount(db: Tables, account: string): Promise<MembershipOfAccount[]> {
  return await membershipsOfAccounts(db, [account]);
}

/** The same of several accounts. */
export async function membershipsOfAccounts(
  db: Tables,
  accounts: readonly string[],
): Promise<MembershipOfAccount[]> {
  return await db.selectFrom("memberships")
    .innerJoin("organizations", "organizations.id", "memberships.organization")
    .innerJoin("accounts", "accounts.id", "memberships.account")
    .selectAll("memberships").select(["organizations.second_factor_roles", hasSecondFactor])
    .where("memberships.account", "in", padToPowerOfTwo(accounts))
    .orderBy("memberships.created_at").orderBy("memberships.organization").execute();
}

/** The membership, or `undefined`. */
export async function membershipOf(
  db: Tables,
  { account, organization }: MembershipKey,
): Promise<MembershipTable | undefined> {
  return await db.selectFrom("memberships").selectAll().where("account", "=", account)
    .where("organization", "=", organization).executeTakeFirst();
}

/** The membership, which nobody changes until the transaction ends; several transactions may hold it so. */
export async function holdMembership(
  trx: Tables,
  { account, organization }: MembershipKey,
): Promise<MembershipTable | undefined> {
  return await trx.selectFrom("memberships").selectAll().where("account", "=", account)
    .where("organization", "=", organization).forShare().executeTakeFirst();
}

/** A member as the organization sees it. */
export interface MemberOfOrganization extends MembershipTable, Pick<AccountTable, "login" | "name"> {
  /** On SQLite a number. */
  has_second_factor: unknown;
  /** When the account used a session last; `null`: never, or too long ago. */
  used_at: number | null;
}

/** The organization's members, oldest first; with `account`, only that one. */
export async function membersOf(view: OrganizationView, account?: string): Promise<MemberOfOrganization[]> {
  let query = view[TABLES].selectFrom("memberships")
    .innerJoin("accounts", "accounts.id", "memberships.account")
    .selectAll("memberships").select(["accounts.login", "accounts.name", hasSecondFactor])
    .select(({ selectFrom }) =>
      selectFrom("staff_sessions").select(({ fn }) => fn.max("used_at").as("used_at"))
        .whereRef("staff_sessions.account", "=", "memberships.account").as("used_at")
    )
    .where("memberships.organization", "=", view.organization);
  if (account !== undefined) query = query.where("memberships.account", "=", account);
  return await query.orderBy("memberships.created_at").orderBy("memberships.account").execute();
}

/** How many members the organization has. */
export async function countMembers(trx: Tables, organization: string): Promise<number> {
  const { count } = await trx.selectFrom("memberships").select(({ fn }) => fn.countAll<number>().as("count"))
    .where("organization", "=", organization).executeTakeFirstOrThrow();
  return Number(count);
}

/** Up to two accounts of owners whose scope is all cabinets. */
export async function someOwners(trx: Tables, organization: string): Promise<string[]> {
  const rows = await trx.selectFrom("memberships").select("account").where("organization", "=", organization)
    .where("role", "=", "owner").where("tags", "is", null).limit(2).execute();
  return rows.map(({ account }) => account);
}

/** Adds a membership; `false`: the account has one in that organization. */
export async function insertMembership(trx: Tables, row: MembershipTable): Promise<boolean> {
  return await trx.insertInto("memberships").values(row)
    .onConflict((on) => on.columns(["account", "organization"]).doNothing()).returning("account")
    .executeTakeFirst() !== undefined;
}

/** Changes what the member may; `false`: there is none. */
export async function updateMembership(
  trx: Tables,
  { account, organization }: MembershipKey,
  set: Pick<MembershipTable, "role" | "tags">,
): Promise<boolean> {
  return await trx.updateTable("memberships").set(set).where("account", "=", account)
    .where("organization", "=", organization).returning("account").executeTakeFirst() !== undefined;
}

/** Removes the membership; `false`: there is none. */
export async function deleteMembership(
  trx: Tables,
  { account, organization }: MembershipKey,
): Promise<boolean> {
  return await trx.deleteFrom("memberships").where("account", "=", account)
    .where("organization", "=", organization).returning("account").executeTakeFirst() !== undefined;
}

/** Locks the account until the transaction ends; `false`: there is none. */
export async function lockAccount(trx: Tables, id: string): Promise<boolean> {
  return await trx.selectFrom("accounts").select("id").where("id", "=", id).forUpdate()
    .executeTakeFirst() !== undefined;
}

/** Whether the service has an account. */
export async function hasAccounts(db: Tables): Promise<boolean> {
  return await db.selectFrom("accounts").select("id").limit(1).executeTakeFirst() !== undefined;
}

function hasSecondFactor(eb: ExpressionBuilder<Schema, "accounts">) {
  return eb("accounts.totp", "is not", null).as("has_second_factor");
}
