import { FIRST_ORGANIZATION, type InvitationKind, type Role } from "../cabinet/roles.ts";
import { text } from "../cabinet/words.ts";
import type { Database, InvitationTable, Tables } from "../db/mod.ts";
import {
  countOpenInvitations,
  deleteInvitation,
  deleteResetsOf,
  type OpenInvitation,
  openInvitation,
  openInvitationsOf,
  putInvitation,
} from "../db/queries/staff/invitations.ts";
import {
  hasAccounts,
  lockAccount,
  membershipOf,
  membershipsOfAccount,
} from "../db/queries/staff/memberships.ts";
import { lockOrganization } from "../db/queries/staff/organizations.ts";
import { OPERATOR, STAFF } from "../lib/limits.ts";
import type { Actor, AuditLog } from "../locker/mod.ts";
import {
  type AcceptanceAnswer,
  type AccountWrites,
  FIRST_INVITATION,
  join,
  resetByLink,
} from "./acceptance.ts";
import {
  AlreadyMadeError,
  ForeignAccountError,
  LimitReachedError,
  UnknownInvitationError,
} from "./errors.ts";
import type { Rights } from "./members.ts";
import { checked, checkMayGive, checkMayTake, checkRole, ROOT, scopeColumn, scopeOf } from "./scope.ts";
import { hashOf, newSecret } from "./secrets.ts";

/** A new link. */
export interface Invited {
  readonly id: string;
  /** The part of the link that lets somebody in: only its hash is kept. */
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** A link that works, as its organization sees it. Times are milliseconds since 1970. */
export interface InvitationRow {
  readonly id: string;
  readonly kind: InvitationKind;
  /** Of `reset`: the account. */
  readonly account: string | undefined;
  /** Of `join`. */
  readonly role: Role | undefined;
  /** Of `join`: only cabinets with one of these tags; `undefined`: all. */
  readonly tags: readonly string[] | undefined;
  /** Whom it is for. */
  readonly note: string;
  readonly createdAt: number;
  readonly until: number;
}

/** What the page behind a link shows of it. */
export interface InvitationView {
  readonly kind: InvitationKind;
  readonly organization: { readonly id: string; readonly name: string };
  /** Of `join`. */
  readonly role: Role | undefined;
  /** Of `reset`: the login of the account. */
  readonly login: string | undefined;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** What a link is made of beside its secret and its times. */
type WantedInvitation =
  & Pick<InvitationTable, "id" | "kind" | "organization">
  & Partial<Pick<InvitationTable, "account" | "role" | "tags" | "note">>;

const noteText = text(OPERATOR.textMax);
const SECRET = /^[\w-]{43}$/;

/** Links that work once, for 72 hours: they make an account a member, or give it a new password. */
export class Invitations {
  readonly #db: Database;
  readonly #auditLog: AuditLog;
  readonly #accounts: AccountWrites;
  readonly #wallClock: () => number;

  constructor(
    db: Database,
    options: { auditLog: AuditLog; accounts: AccountWrites; wallClock: () => number },
  ) {
    this.#db = db;
    this.#auditLog = options.auditLog;
    this.#accounts = options.accounts;
    this.#wallClock = options.wallClock;
  }

  /**
   * Makes a link that gives an account these rights. Its id is the act's.
   *
   * @param wanted.note whom it is for; empty: not given
   * @throws {StaffMistakeError} if the role, the scope or the note is not what is wanted
   * @throws {LimitReachedError} if the organization has as many open links as it may have
   * @throws {ScopeExceededError} if the actor has a scope itself and gives more
   * @throws {AlreadyMadeError} if the act was done before
   */
  async invite(
    actor: Actor,
    { role, tags, note = "" }: Rights & { readonly note?: string | undefined },
  ): Promise<Invited> {
    checkRole(role);
    const rights = {
      role,
      tags: scopeColumn(tags),
      note: note === "" ? "" : checked(noteText, note, "note"),
    };
    const { id, organization } = actor;
    const before = (trx: Tables) => lockOrganization(trx, organization);
    const made = await newInvitation({ id, kind: "join", organization, ...rights }, this.#wallClock());
    const done = await this.#auditLog.do(
      actor,
      { act: "invite", cabinet: "", subject: id, before },
      async (trx) => {
        await checkMayGive(trx, actor, rights.tags);
        await store(trx, made.row);
        return [];
      },
    );
    if (done === "known") throw alreadyMade();
    return made.invited;
  }

  /** The organization's links that work, newest first. */
  async of(organization: string): Promise<InvitationRow[]> {
    const now = this.#wallClock();
    return (await this.#db.view({ organization }, (view) => openInvitationsOf(view, now))).map(
      invitationFrom,
    );
  }

  /**
   * Takes a link back; `false`: the organization has none of this id.
   *
   * @throws {ScopeExceededError} if the actor has a scope itself, and the link gives more
   */
  async revoke(actor: Actor, id: string): Promise<boolean> {
    const { organization } = actor;
    const done = await this.#auditLog.do(
      actor,
      { act: "revoke-invitation", cabinet: "", subject: id },
      async (trx) => {
        const link = await deleteInvitation(trx, { id, organization });
        if (!link) return "undo";
        // A link that resets an account gives nothing that it does not have.
        if (link.kind === "join") await checkMayTake(trx, actor, link.tags);
        return [];
      },
    );
    return done !== "undone";
  }

  /** What the link is for; `undefined`: there is none, or it was used, or its time is over. */
  async look(secret: string): Promise<InvitationView | undefined> {
    const row = await this.#find(secret);
    if (!row) return undefined;
    const { kind, organization: id, organization_name: name, role, login, until } = row;
    return { kind, organization: { id, name }, role: role ?? undefined, login: login ?? undefined, until };
  }

  /**
   * Uses the link up: makes the account a member, or gives it the new password, takes its second factor and ends its
   * sessions.
   *
   * @param answer `id`: an account that is logged in joins; `password` alone is for a reset
   * @param from.address where the request came from
   * @returns the account's id
   * @throws {UnknownInvitationError} if there is no such link, or it was used meanwhile
   * @throws {StaffMistakeError} if the answer is not what the link is for
   * @throws {LoginTakenError} if another account has the login
   * @throws {AlreadyMemberError} if the account is a member already
   * @throws {LimitReachedError} if the organization has as many members as it may have
   * @throws {Error} what the password is refused for
   */
  async accept(
    secret: string,
    answer: AcceptanceAnswer,
    { address }: { readonly address: string },
  ): Promise<string> {
    // Looked up first: hashing a password takes long, and a stranger must not make us do it.
    const invitation = await this.#find(secret);
    if (!invitation) {
      throw new UnknownInvitationError("This link is not whole, was used, was taken back, or is too old");
    }
    const options = { address, auditLog: this.#auditLog, accounts: this.#accounts };
    return invitation.kind === "reset"
      ? await resetByLink(invitation, answer, { ...options, role: await this.#roleOf(invitation) })
      : await join(invitation, answer, options);
  }

  /**
   * Makes a link by which the account gets a new password; older ones of that kind work no longer. `undefined`: there is
   * no such member; for the service's own token, no such account.
   *
   * An owner resets accounts of its own organization alone. An account that joins another one meanwhile takes the links
   * that reset it along: see {@linkcode join}, which locks the account as this does.
   *
   * @throws {ForeignAccountError} if the account is also staff of another organization
   * @throws {ScopeExceededError} if the actor has a scope, and the account's is not within it
   * @throws {LimitReachedError} if the organization has as many open links as it may have
   * @throws {AlreadyMadeError} if the act was done before
   */
  async reset(actor: Actor, account: string): Promise<Invited | undefined> {
    const { id, organization } = actor;
    let isKnown = false;
    const before = async (trx: Tables) => {
      await lockOrganization(trx, organization);
      isKnown = await lockAccount(trx, account) && await mayReset(trx, actor, account);
    };
    const made = await newInvitation({ id, kind: "reset", organization, account }, this.#wallClock());
    const done = await this.#auditLog.do(
      actor,
      { act: "reset-account", cabinet: "", subject: account, before },
      async (trx) => {
        if (!isKnown) return "undo";
        const member = await membershipOf(trx, { account, organization });
        await checkMayGive(trx, actor, member?.tags ?? null);
        await deleteResetsOf(trx, account);
        await store(trx, made.row);
        return [];
      },
    );
    if (done === "known") throw alreadyMade();
    return done === "undone" ? undefined : made.invited;
  }

  /**
   * Makes the link of the first owner, while the service has no account; `undefined`: it has one. There is one such link:
   * each start replaces it. Where several programs start at once, the link works that was made last.
   */
  async firstOwner(): Promise<string | undefined> {
    if (await hasAccounts(this.#db.tables)) return undefined;
    const organization = FIRST_ORGANIZATION;
    const before = (trx: Tables) => lockOrganization(trx, organization);
    const wanted = { id: FIRST_INVITATION, kind: "join", organization, role: "owner" } as const;
    const { row, invited } = await newInvitation(wanted, this.#wallClock());
    const done = await this.#auditLog.do(
      { id: crypto.randomUUID(), who: ROOT, organization, reason: undefined, address: "" },
      { act: "invite", cabinet: "", subject: row.id, before },
      async (trx) => {
        if (await hasAccounts(trx)) return "undo";
        await putInvitation(trx, row);
        return [];
      },
    );
    return done === "undone" ? undefined : invited.secret;
  }

  async #find(secret: string): Promise<OpenInvitation | undefined> {
    if (!SECRET.test(secret)) return undefined;
    return await openInvitation(this.#db.tables, await hashOf(secret), this.#wallClock());
  }

  /** The role of the account that is reset, for the audit log. */
  async #roleOf({ account, organization }: OpenInvitation): Promise<Role | undefined> {
    if (account === null) return undefined;
    return (await membershipOf(this.#db.tables, { account, organization }))?.role;
  }
}

async function newInvitation(
  wanted: WantedInvitation,
  now: number,
): Promise<{ row: InvitationTable; invited: Invited }> {
  const secret = newSecret();
  const until = now + STAFF.invitationMs;
  const usual = { account: null, role: null, tags: null, note: "" };
  const row = { ...usual, ...wanted, hash: await hashOf(secret), created_at: now, until };
  return { row, invited: { id: row.id, secret, until } };
}

/** @throws {LimitReachedError} if the organization has as many as it may have */
async function store(trx: Tables, row: InvitationTable): Promise<void> {
  if (await countOpenInvitations(trx, row.organization, row.created_at) >= STAFF.invitationsMax) {
    throw new LimitReachedError(
      `An organization has up to ${STAFF.invitationsMax} links that are open: take one back first`,
    );
  }
  await putInvitation(trx, row);
}

/**
 * Whether the actor may reset the account; `false`: it does not see it.
 *
 * @throws {ForeignAccountError} if another organization has a say in it
 */
async function mayReset(trx: Tables, { who, organization }: Actor, account: string): Promise<boolean> {
  if (who === ROOT) return true;
  const memberships = await membershipsOfAccount(trx, account);
  if (!memberships.some((one) => one.organization === organization)) return false;
  if (memberships.length === 1) return true;
  throw new ForeignAccountError(
    "This account is also staff of another organization: only the service's operator can reset it",
  );
}

function alreadyMade(): AlreadyMadeError {
  return new AlreadyMadeError("The link was made before and was shown then: make another one");
}

function invitationFrom(row: InvitationTable): InvitationRow {
  const { id, kind, account, role, tags, note, created_at, until } = row;
  return {
    id,
    kind,
    account: account ?? undefined,
    role: role ?? undefined,
    tags: scopeOf(tags),
    note,
    createdAt: created_at,
    until,
  };
}
