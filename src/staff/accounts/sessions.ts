import type { Database, StaffSessionTable, Tables } from "../../db/mod.ts";
import {
  addressesOf,
  endSessions,
  insertSession,
  liveSession,
  liveSessionsAmong,
  liveSessionsOf,
  type LiveSince,
  touchSession,
} from "../../db/queries/staff/sessions.ts";
import { normalAddress, subscriberAt } from "../../lib/ip_address.ts";
import { LOG_IN } from "../../lib/limits.ts";
import { withoutUnseen } from "../../lib/text/plain_text.ts";
import { hashOf, newSecret } from "../secrets.ts";

const DAY_MS = 24 * 3600 * 1000;

/** Who logs in, and from where. */
export interface NewStaffSession {
  readonly account: string;
  /** Network address. */
  readonly address: string;
  /** The browser's name, as it gives it. */
  readonly agent: string;
}

/**
 * Sessions of staff. Each request asks the database, so a session that was ended is over at once everywhere. Only hashes of
 * the secrets are kept.
 */
export class StaffSessions {
  readonly #db: Database;
  readonly #wallClock: () => number;

  /** @param options.wallClock milliseconds since 1970 */
  constructor(db: Database, options: { wallClock: () => number }) {
    this.#db = db;
    this.#wallClock = options.wallClock;
  }

  /** Opens a session. @returns its secret, which is kept nowhere */
  async open(trx: Tables, { account, address, agent }: NewStaffSession): Promise<{ secret: string }> {
    const secret = newSecret();
    const now = this.#wallClock();
    const session: StaffSessionTable = {
      id: crypto.randomUUID(),
      hash: await hashOf(secret),
      account,
      created_at: now,
      used_at: now,
      address: normalAddress(address) ?? address,
      agent: withoutUnseen(agent.slice(0, LOG_IN.agentCharactersMax)),
      ended_at: null,
    };
    await insertSession(trx, session, { max: LOG_IN.sessionsMax });
    return { secret };
  }

  /** As {@linkcode open}, in a transaction of its own. */
  async begin(session: NewStaffSession): Promise<{ secret: string }> {
    return await this.#db.writer.transaction((trx) => this.open(trx, session));
  }

  /** The live session with that secret; notes that it was used. */
  async find(secret: string): Promise<{ id: string; account: string } | undefined> {
    const session = await liveSession(this.#db.tables, await hashOf(secret), this.#since());
    if (!session) return undefined;
    const { id, account, used_at } = session;
    const now = this.#wallClock();
    if (now - used_at >= LOG_IN.sessionUsedEveryMs) {
      await this.#db.writer.transaction((trx) => touchSession(trx, id, now));
    }
    return { id, account };
  }

  /** The ids of those that live. That they are asked for does not count as their use. */
  async liveAmong(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const live = await liveSessionsAmong(this.#db.tables, ids, this.#since());
    return new Set(live.map(({ id }) => id));
  }

  /** The live sessions of an account, newest first. */
  async of(account: string): Promise<StaffSessionTable[]> {
    return await liveSessionsOf(this.#db.tables, account, this.#since());
  }

  /** Ends a session. @returns `false`: the account has no such session, or it was ended before */
  async end(account: string, id: string): Promise<boolean> {
    const now = this.#wallClock();
    return await this.#db.writer.transaction((trx) => endSessions(trx, account, { id, now })) > 0;
  }

  /** Ends all sessions of an account, or all but one. */
  async endAll(account: string, { except }: { except?: string | undefined } = {}): Promise<void> {
    await this.#db.writer.transaction((trx) => this.endAllIn(trx, account, { except }));
  }

  /** As {@linkcode endAll}, in a transaction. */
  async endAllIn(
    trx: Tables,
    account: string,
    { except }: { except?: string | undefined } = {},
  ): Promise<void> {
    await endSessions(trx, account, { except, now: this.#wallClock() });
  }

  /** Whether the account was logged in to from that address, or its IPv6 /64, in the last 90 days. */
  async knows(account: string, address: string): Promise<boolean> {
    const since = this.#wallClock() - LOG_IN.knownDays * DAY_MS;
    const known = await addressesOf(this.#db.tables, account, { since, max: LOG_IN.knownAddressesMax });
    const { network } = subscriberAt(address);
    return known.some((one) => subscriberAt(one).network === network);
  }

  #since(): LiveSince {
    const now = this.#wallClock();
    return { begun: now - LOG_IN.sessionMs, used: now - LOG_IN.sessionIdleMs };
  }
}
