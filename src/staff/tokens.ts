import type { Role } from "../cabinet/roles.ts";
import { text } from "../cabinet/words.ts";
import type { Database, StaffTokenTable } from "../db/mod.ts";
import { lockOrganization } from "../db/queries/staff/organizations.ts";
import { countWorkingTokens, insertToken, revokeToken, tokensOf } from "../db/queries/staff/tokens.ts";
import { OPERATOR, STAFF } from "../lib/limits.ts";
import type { Actor, AuditLog } from "../locker/mod.ts";
import { AlreadyMadeError, LimitReachedError, StaffMistakeError } from "./errors.ts";
import type { Rights } from "./members.ts";
import { checked, checkMayGive, checkMayTake, checkRole, scopeColumn, scopeOf } from "./scope.ts";
import { hashOf } from "./secrets.ts";
import { newToken } from "./token_text.ts";

/** A token as its organization sees it. Times are milliseconds since 1970. */
export interface StaffTokenRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Only cabinets with one of these tags; `undefined`: all. */
  readonly tags: readonly string[] | undefined;
  readonly createdAt: number;
  /** Who made it, as the audit log has it. */
  readonly createdBy: string;
  /** `undefined`: without end. */
  readonly until: number | undefined;
  /** To the minute; `undefined`: never. */
  readonly usedAt: number | undefined;
  readonly revokedAt: number | undefined;
}

/** A new token. */
export interface NewToken extends Rights {
  readonly name: string;
  /** Milliseconds since 1970; without end, where it is not given. */
  readonly until?: number | null | undefined;
}

const tokenName = text(OPERATOR.textMax);

/** Tokens of programs that work for an organization. */
export class StaffTokens {
  readonly #db: Database;
  readonly #auditLog: AuditLog;
  readonly #wallClock: () => number;

  constructor(db: Database, options: { auditLog: AuditLog; wallClock: () => number }) {
    this.#db = db;
    this.#auditLog = options.auditLog;
    this.#wallClock = options.wallClock;
  }

  /** The organization's tokens, newest first; those that work no longer for `STAFF.tokensKeptDays`. */
  async of(organization: string): Promise<StaffTokenRow[]> {
    const now = this.#wallClock();
    return (await this.#db.view({ organization }, (view) => tokensOf(view, now))).map(tokenFrom);
  }

  /**
   * Makes a token, whose id is the act's. It is returned once; only its hash is kept.
   *
   * @throws {StaffMistakeError} if the name, role, scope or end is not what is wanted
   * @throws {LimitReachedError} if the organization has as many as it may have
   * @throws {ScopeExceededError} if the actor has a scope itself and gives more
   * @throws {AlreadyMadeError} if the act was done before
   */
  async create(actor: Actor, { name, role, tags, until }: NewToken): Promise<{ id: string; token: string }> {
    checkRole(role);
    this.#checkEnd(until);
    const token = newToken();
    const { id, organization, who: created_by } = actor;
    const made = {
      name: checked(tokenName, name, "name"),
      role,
      tags: scopeColumn(tags),
      until: until ?? null,
    };
    const row = {
      ...made,
      id,
      organization,
      created_by,
      hash: await hashOf(token),
      used_at: null,
      revoked_at: null,
    };
    const done = await this.#auditLog.do(
      actor,
      { act: "create-token", cabinet: "", subject: id, before: (trx) => lockOrganization(trx, organization) },
      async (trx, created_at) => {
        await checkMayGive(trx, actor, made.tags);
        if (await countWorkingTokens(trx, organization, created_at) >= STAFF.tokensMax) throw tooMany();
        await insertToken(trx, { ...row, created_at });
        return [];
      },
    );
    if (done === "known") {
      throw new AlreadyMadeError("The token was made before and was shown then: make another");
    }
    return { id, token };
  }

  /**
   * Revokes the token; harmless if it was revoked before. `false`: there is no such token.
   *
   * @throws {ScopeExceededError} if the actor has a scope itself, and the token has more
   */
  async revoke(actor: Actor, id: string): Promise<boolean> {
    const { organization } = actor;
    const done = await this.#auditLog.do(
      actor,
      { act: "revoke-token", cabinet: "", subject: id },
      async (trx, now) => {
        const token = await revokeToken(trx, { id, organization }, now);
        if (!token) return "undo";
        await checkMayTake(trx, actor, token.tags);
        return [];
      },
    );
    return done !== "undone";
  }

  /** @throws {StaffMistakeError} if that is not a time, or has passed */
  #checkEnd(until: number | null | undefined): void {
    if (until === null || until === undefined) return;
    if (Number.isSafeInteger(until) && until > this.#wallClock()) return;
    throw new StaffMistakeError("until: a time to come, or left out for a token without an end");
  }
}

function tooMany(): LimitReachedError {
  return new LimitReachedError(
    `An organization has up to ${STAFF.tokensMax} tokens that work: revoke one first`,
  );
}

function tokenFrom(row: StaffTokenTable): StaffTokenRow {
  const { id, name, role, tags, created_at, created_by, until, used_at, revoked_at } = row;
  return {
    id,
    name,
    role,
    tags: scopeOf(tags),
    createdAt: created_at,
    createdBy: created_by,
    until: until ?? undefined,
    usedAt: used_at ?? undefined,
    revokedAt: revoked_at ?? undefined,
  };
}
