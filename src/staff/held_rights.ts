import type { Database } from "../db/mod.ts";
import { membershipsOfAccounts } from "../db/queries/staff/memberships.ts";
import { workingTokens } from "../db/queries/staff/tokens.ts";
import type { StaffSessions } from "./accounts/sessions.ts";
import { type Caller, lacksSecondFactor } from "./caller.ts";
import { scopeOf } from "./scope.ts";

/** What {@linkcode HeldRights} works with. */
export interface HeldRightsOptions {
  readonly sessions: StaffSessions;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/**
 * Whether callers whose calls last still have the rights that they came with. All of them are looked up together, across
 * organizations: three queries, however many they are.
 */
export class HeldRights {
  readonly #db: Database;
  readonly #options: HeldRightsOptions;

  constructor(db: Database, options: HeldRightsOptions) {
    this.#db = db;
    this.#options = options;
  }

  /**
   * Those of the callers whose token, session, membership, role, scope or second factor is not what it was.
   *
   * @throws {Error} if the database does not answer
   */
  async lostBy(callers: readonly Caller[]): Promise<ReadonlySet<Caller>> {
    const held = new Set([...await this.#ofTokens(callers), ...await this.#ofAccounts(callers)]);
    return new Set(callers.filter((caller) => caller.kind !== "root" && !held.has(rightsOf(caller))));
  }

  /** What tokens may, as {@linkcode rightsOf} has it. */
  async #ofTokens(callers: readonly Caller[]): Promise<string[]> {
    const tokens = callers.filter(({ kind }) => kind === "token");
    const ids = [...new Set(tokens.map(({ who }) => who.slice("token:".length)))];
    if (ids.length === 0) return [];
    const working = await workingTokens(this.#db.tables, ids, this.#options.wallClock());
    return working.map(({ id, tags, ...of }) =>
      rightsOf({ ...of, who: `token:${id}`, tags: scopeOf(tags), session: undefined })
    );
  }

  /** What accounts may by their sessions. */
  async #ofAccounts(callers: readonly Caller[]): Promise<string[]> {
    const sessions = new Map(
      callers.flatMap(({ session, account }) => session && account ? [[session, account] as const] : []),
    );
    if (sessions.size === 0) return [];
    const live = await this.#options.sessions.liveAmong([...sessions.keys()]);
    const memberships = await membershipsOfAccounts(this.#db.tables, [...new Set(sessions.values())]);
    const sound = Map.groupBy(memberships.filter((one) => !lacksSecondFactor(one)), ({ account }) => account);
    return [...sessions].filter(([session]) => live.has(session)).flatMap(([session, account]) =>
      (sound.get(account) ?? []).map(({ tags, ...of }) =>
        rightsOf({ ...of, who: `account:${account}`, tags: scopeOf(tags), session })
      )
    );
  }
}

/** What a caller may, as a text to compare. */
function rightsOf(
  { who, organization, role, tags, session }: Pick<
    Caller,
    "who" | "organization" | "role" | "tags" | "session"
  >,
): string {
  return JSON.stringify([who, organization, role, tags ?? null, session ?? null]);
}
