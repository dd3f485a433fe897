/**
 * What a link does when it is used: once, since its row goes in the transaction that does it.
 *
 * @module
 */
import { FIRST_ORGANIZATION, type Role } from "../cabinet/roles.ts";
import type { AccountTable, InvitationTable, MembershipTable, Tables } from "../db/mod.ts";
import { deleteInvitation, deleteResetsOf, takeInvitation } from "../db/queries/staff/invitations.ts";
import { countMembers, insertMembership, lockAccount } from "../db/queries/staff/memberships.ts";
import { lockOrganization } from "../db/queries/staff/organizations.ts";
import { STAFF } from "../lib/limits.ts";
import type { NewAccount } from "./accounts/accounts.ts";
import { loginFrom } from "./accounts/logins.ts";
import type { Actor, AuditLog } from "../locker/mod.ts";
import {
  AlreadyMemberError,
  LimitReachedError,
  LoginTakenError,
  StaffMistakeError,
  UnknownInvitationError,
} from "./errors.ts";

/** The id of the link that makes the first owner: there is one at a time. */
export const FIRST_INVITATION = "00000000-0000-8000-8000-000000000001";

/** What links do to accounts. */
export interface AccountWrites {
  /**
   * Hashes a password.
   *
   * @throws {Error} if it is refused
   */
  hash(password: string): Promise<string>;
  /** Makes an account; `taken`: another one has the login. */
  create(trx: Tables, account: NewAccount): Promise<AccountTable | "taken">;
  setPassword(trx: Tables, account: string, hashed: string): Promise<void>;
  /** Removes its second factor and its recovery codes. */
  forgetSecondFactor(trx: Tables, account: string): Promise<void>;
  endSessions(trx: Tables, account: string): Promise<void>;
}

/** How a link is answered: by an account that is logged in, by a new one, or, for a reset, with a password. */
export type AcceptanceAnswer =
  | { readonly id: string }
  | { readonly login: string; readonly name: string; readonly language: string; readonly password: string }
  | { readonly password: string };

interface Using {
  readonly address: string;
  readonly auditLog: AuditLog;
  readonly accounts: AccountWrites;
}

/**
 * Makes an account a member. Links that would reset it are void from then on: the owner who made them has no say in the
 * account of another organization's staff.
 *
 * @returns the account's id
 */
export async function join(
  invitation: InvitationTable,
  answer: AcceptanceAnswer,
  using: Using,
): Promise<string> {
  const { auditLog, accounts, address } = using;
  const { organization } = invitation;
  // All that make a member have one.
  const role = invitation.role as Role;
  const made = "id" in answer ? undefined : await newAccount(answer, accounts);
  const account = "id" in answer ? answer.id : crypto.randomUUID();
  const before = async (trx: Tables) => {
    await lockOrganization(trx, organization);
    if (!made) await leaveNoResets(trx, account);
    if (invitation.id !== FIRST_INVITATION) {
      await deleteInvitation(trx, { id: FIRST_INVITATION, organization: FIRST_ORGANIZATION });
    }
  };
  await auditLog.do(
    actorOf({ account, role, organization, address }),
    { act: "join", cabinet: "", subject: account, before },
    async (trx, now) => {
      const { tags } = await taken(trx, invitation, now);
      if (made) await createAccount(trx, accounts, { ...made, id: account });
      await addMember(trx, { account, organization, role, tags, created_at: now });
      return [];
    },
  );
  return account;
}

/** Gives the account a new password. @returns its id */
export async function resetByLink(
  invitation: InvitationTable,
  answer: AcceptanceAnswer,
  { auditLog, accounts, address, role }: Using & { readonly role: Role | undefined },
): Promise<string> {
  const { account, organization } = invitation;
  if (account === null || !("password" in answer)) {
    throw new StaffMistakeError("This link gives an account a new password: say which");
  }
  const hashed = await accounts.hash(answer.password);
  const before = async (trx: Tables) => void await lockAccount(trx, account);
  await auditLog.do(
    actorOf({ account, role, organization, address }),
    { act: "reset-account", cabinet: "", subject: account, before },
    async (trx, now) => {
      await taken(trx, invitation, now);
      await accounts.setPassword(trx, account, hashed);
      await accounts.forgetSecondFactor(trx, account);
      await accounts.endSessions(trx, account);
      return [];
    },
  );
  return account;
}

function actorOf(
  { account, ...actor }: Pick<Actor, "role" | "organization" | "address"> & { readonly account: string },
): Actor {
  return { id: crypto.randomUUID(), who: `account:${account}`, reason: undefined, ...actor };
}

/** The account with its password hashed. @throws {StaffMistakeError} if it is none */
async function newAccount(
  answer: Exclude<AcceptanceAnswer, { readonly id: string }>,
  accounts: AccountWrites,
): Promise<Omit<NewAccount, "id">> {
  if (!("login" in answer)) {
    throw new StaffMistakeError(
      "This link makes a member: say which account, or give a login, a name and a password",
    );
  }
  const { name, language, password } = answer;
  // Looked at first: hashing takes long.
  const login = loginFrom(answer.login);
  return { login, name, language, password: await accounts.hash(password) };
}

async function createAccount(trx: Tables, accounts: AccountWrites, account: NewAccount): Promise<void> {
  if (await accounts.create(trx, account) !== "taken") return;
  throw new LoginTakenError("Another account has this login: if it is yours, log in and open the link again");
}

async function leaveNoResets(trx: Tables, account: string): Promise<void> {
  if (!await lockAccount(trx, account)) throw new StaffMistakeError("There is no such account any more");
  await deleteResetsOf(trx, account);
}

/** @throws {UnknownInvitationError} if another request was first */
async function taken(trx: Tables, { id, hash }: InvitationTable, now: number): Promise<InvitationTable> {
  const row = await takeInvitation(trx, id, { hash, now });
  if (row) return row;
  throw new UnknownInvitationError("This link was used just now, or was taken back");
}

async function addMember(trx: Tables, row: MembershipTable): Promise<void> {
  if (await countMembers(trx, row.organization) >= STAFF.membersMax) {
    throw new LimitReachedError(`An organization has up to ${STAFF.membersMax} members`);
  }
  if (await insertMembership(trx, row)) return;
  throw new AlreadyMemberError("This account is a member of the organization already");
}
