import { FIRST_ORGANIZATION, type Role } from "../cabinet/roles.ts";
import type { Database, MembershipTable, StaffTokenTable, Tables } from "../db/mod.ts";
import {
  holdMembership,
  type MembershipOfAccount,
  membershipsOfAccount,
} from "../db/queries/staff/memberships.ts";
import { organizationById } from "../db/queries/staff/organizations.ts";
import { holdToken, noteTokenUse, workingToken } from "../db/queries/staff/tokens.ts";
import { STAFF } from "../lib/limits.ts";
import { RightsChangedError } from "./errors.ts";
import { ORGANIZATION_ID } from "./organizations.ts";
import { ROOT, scopeOf } from "./scope.ts";
import { hashOf } from "./secrets.ts";
import { parsedToken } from "./token_text.ts";

/** Who makes a request, for which organization, and what it may do there. */
export interface Caller {
  /** `operator` (the service's own token), `account:<id>` or `token:<id>`, as the audit log has it. */
  readonly who: string;
  readonly kind: "root" | "account" | "token";
  readonly organization: string;
  /** `undefined`: the service's own token, which may do all. */
  readonly role: Role | undefined;
  /** Only cabinets with one of these tags; `undefined`: all. */
  readonly tags: readonly string[] | undefined;
  /** The account's id, and the id of its session; `undefined`: a token. */
  readonly account: string | undefined;
  readonly session: string | undefined;
  /**
   * To be asked inside the transaction that does what the caller wants; until its end the rights stay as they are.
   *
   * @throws {RightsChangedError} if they are no longer what they were when the request came
   */
  readonly confirm: (trx: Tables) => Promise<void>;
}

/** Which organization a request names, if it names one. */
interface NamedOrganization {
  readonly organization?: string | undefined;
}

/**
 * Finds out who calls. Nothing is kept from one request to the next, so what is taken away is gone at once. What an
 * account or a token may is looked up across organizations, since the organization is what is looked for.
 */
export class Callers {
  readonly #db: Database;
  readonly #wallClock: () => number;
  /** The tokens whose last use is being written. */
  readonly #noting = new Set<string>();

  constructor(db: Database, options: { wallClock: () => number }) {
    this.#db = db;
    this.#wallClock = options.wallClock;
  }

  /**
   * The account as a member of the organization that it names, or of its only one. `which`: it names none and has
   * several; `none`: it has none; `second-factor`: its role needs a second factor there, and the account has none.
   */
  async ofAccount(
    account: string,
    { organization, session }: NamedOrganization & { readonly session: string },
  ): Promise<Caller | "unknown-organization" | "which" | "none" | "second-factor"> {
    const memberships = await membershipsOfAccount(this.#db.tables, account);
    if (memberships.length === 0) return "none";
    if (organization === undefined && memberships.length > 1) return "which";
    const membership = organization === undefined
      ? memberships[0]
      : memberships.find((one) => one.organization === organization);
    if (!membership) return "unknown-organization";
    return lacksSecondFactor(membership) ? "second-factor" : memberOf(membership, session);
  }

  /** The token, where it works; a token is of one organization and may name no other. */
  async ofToken(
    token: string,
    { organization }: NamedOrganization = {},
  ): Promise<Caller | undefined | "unknown-organization"> {
    const parsed = parsedToken(token);
    if (parsed === undefined) return undefined;
    const now = this.#wallClock();
    const row = await workingToken(this.#db.tables, await hashOf(parsed), now);
    if (!row) return undefined;
    this.#noteUse(row, now);
    if (organization !== undefined && organization !== row.organization) return "unknown-organization";
    return callerWith(row);
  }

  /** The service's own token, for the organization that it names, or for the first one. */
  async ofRoot(
    { organization = FIRST_ORGANIZATION }: NamedOrganization = {},
  ): Promise<Caller | "unknown-organization"> {
    // A request may name anything, and Postgres takes no NUL.
    if (!ORGANIZATION_ID.test(organization)) return "unknown-organization";
    if (!await organizationById(this.#db.tables, organization)) return "unknown-organization";
    return {
      who: ROOT,
      kind: "root",
      organization,
      role: undefined,
      tags: undefined,
      account: undefined,
      session: undefined,
      confirm: () => Promise.resolve(),
    };
  }

  /** It is only shown, so no request waits for it, and none fails with it: the next one writes it. */
  #noteUse({ id, used_at }: StaffTokenTable, now: number): void {
    const before = now - STAFF.tokenUsedEveryMs;
    if (used_at !== null && used_at >= before || this.#noting.has(id)) return;
    this.#noting.add(id);
    this.#db.writer.transaction((trx) => noteTokenUse(trx, id, { now, before })).catch(() => {})
      .finally(() => this.#noting.delete(id));
  }
}

/** Whether the membership's role needs a second factor that its account does not have. */
export function lacksSecondFactor(
  { role, second_factor_roles, has_second_factor }: MembershipOfAccount,
): boolean {
  return !has_second_factor && (JSON.parse(second_factor_roles) as string[]).includes(role);
}

function memberOf(membership: MembershipTable, session: string): Caller {
  const { account, organization, role, tags } = membership;
  return {
    who: `account:${account}`,
    kind: "account",
    organization,
    role,
    tags: scopeOf(tags),
    account,
    session,
    confirm: async (trx) => confirmSame(membership, await holdMembership(trx, membership)),
  };
}

function callerWith(token: StaffTokenTable): Caller {
  const { id, organization, role, tags } = token;
  return {
    who: `token:${id}`,
    kind: "token",
    organization,
    role,
    tags: scopeOf(tags),
    account: undefined,
    session: undefined,
    confirm: async (trx) => {
      const now = await holdToken(trx, id);
      confirmSame(token, now?.revoked_at === null ? now : undefined);
    },
  };
}

/** @throws {RightsChangedError} if the rights are others */
function confirmSame(
  before: Pick<MembershipTable, "role" | "tags">,
  now: Pick<MembershipTable, "role" | "tags"> | undefined,
): void {
  if (now?.role === before.role && now.tags === before.tags) return;
  throw new RightsChangedError("Your rights in this organization have just changed: ask again");
}
