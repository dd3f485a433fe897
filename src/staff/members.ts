import type { Role } from "../cabinet/roles.ts";
import type { Database, Tables } from "../db/mod.ts";
import {
  deleteMembership,
  type MemberOfOrganization,
  type MembershipKey,
  membershipOf,
  membershipsOfAccount,
  membersOf,
  someOwners,
  updateMembership,
} from "../db/queries/staff/memberships.ts";
import { lockOrganization } from "../db/queries/staff/organizations.ts";
import type { Actor, AuditLog } from "../locker/mod.ts";
import { LastOwnerError } from "./errors.ts";
import { checkMayGive, checkMayTake, checkRole, type Scope, scopeColumn, scopeOf } from "./scope.ts";

/** A member of an organization's staff. Times are milliseconds since 1970. */
export interface MemberRow {
  /** The account's id. */
  readonly account: string;
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  /** Only cabinets with one of these tags; `undefined`: all. */
  readonly tags: readonly string[] | undefined;
  readonly hasSecondFactor: boolean;
  /** When it became a member. */
  readonly createdAt: number;
  /** When its account used a session last, to the minute; `undefined`: never, or too long ago to be known. */
  readonly usedAt: number | undefined;
}

/** What a member may. */
export interface Rights {
  readonly role: Role;
  /** All cabinets, where it is not given. */
  readonly tags: Scope;
}

/**
 * The members of organizations. What is taken from a member counts from its next request on, since nothing is cached. An
 * organization keeps an owner whose scope is all cabinets; so changes of its staff are made one after another.
 */
export class Members {
  readonly #db: Database;
  readonly #auditLog: AuditLog;

  constructor(db: Database, options: { auditLog: AuditLog }) {
    this.#db = db;
    this.#auditLog = options.auditLog;
  }

  /** All members of the organization, oldest first. */
  async of(organization: string): Promise<MemberRow[]> {
    return (await this.#db.view({ organization }, (view) => membersOf(view))).map(memberFrom);
  }

  /** What the account is a member of, and what it may there. */
  async membershipsOf(account: string): Promise<(Rights & { organization: string })[]> {
    const rows = await membershipsOfAccount(this.#db.tables, account);
    return rows.map(({ organization, role, tags }) => ({ organization, role, tags: scopeOf(tags) }));
  }

  /** The member, or `undefined`. */
  async find(organization: string, account: string): Promise<MemberRow | undefined> {
    const [row] = await this.#db.view({ organization }, (view) => membersOf(view, account));
    return row && memberFrom(row);
  }

  /**
   * Gives the member these rights instead of those that it has; `undefined`: there is no such member.
   *
   * @throws {StaffMistakeError} if the role or the scope is not what is wanted
   * @throws {LastOwnerError} if no owner of all cabinets would be left
   * @throws {ScopeExceededError} if the actor has a scope itself, and the member has more than that or is given more
   */
  async change(actor: Actor, account: string, { role, tags }: Rights): Promise<MemberRow | undefined> {
    checkRole(role);
    const rights = { role, tags: scopeColumn(tags) };
    const isOwner = role === "owner" && rights.tags === null;
    const isDone = await this.#do(actor, { act: "change-member", account }, async (trx, member) => {
      await checkMayGive(trx, actor, rights.tags);
      if (!isOwner) await keepOwner(trx, member);
      return await updateMembership(trx, member, rights);
    });
    return isDone ? await this.find(actor.organization, account) : undefined;
  }

  /**
   * Removes the member. Its account stays, since it may be in other organizations. `false`: there is no such member.
   *
   * @throws {LastOwnerError} if no owner of all cabinets would be left
   * @throws {ScopeExceededError} if the actor has a scope itself, and the member has more
   */
  async remove(actor: Actor, account: string): Promise<boolean> {
    return await this.#do(actor, { act: "remove-member", account }, async (trx, member) => {
      await keepOwner(trx, member);
      return await deleteMembership(trx, member);
    });
  }

  /** The organization is locked before the actor's own membership is: two who change each other wait for one another. */
  async #do(
    actor: Actor,
    { act, account }: { act: "change-member" | "remove-member"; account: string },
    work: (trx: Tables, member: MembershipKey) => Promise<boolean>,
  ): Promise<boolean> {
    const { organization } = actor;
    const before = (trx: Tables) => lockOrganization(trx, organization);
    const done = await this.#auditLog.do(
      actor,
      { act, cabinet: "", subject: account, before },
      async (trx) => {
        const member = await membershipOf(trx, { account, organization });
        if (!member) return "undo";
        await checkMayTake(trx, actor, member.tags);
        return await work(trx, member) ? [] : "undo";
      },
    );
    return done !== "undone";
  }
}

/** @throws {LastOwnerError} if the member is the only owner of all cabinets */
async function keepOwner(trx: Tables, { account, organization }: MembershipKey): Promise<void> {
  const owners = await someOwners(trx, organization);
  if (owners.length > 1 || owners[0] !== account) return;
  throw new LastOwnerError(
    "An organization keeps an owner of all its cabinets: make another member one first",
  );
}

function memberFrom(row: MemberOfOrganization): MemberRow {
  const { account, login, name, role, tags, has_second_factor, created_at, used_at } = row;
  return {
    account,
    login,
    name,
    role,
    tags: scopeOf(tags),
    hasSecondFactor: Boolean(has_second_factor),
    createdAt: created_at,
    usedAt: used_at ?? undefined,
  };
}
