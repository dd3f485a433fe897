import { createHash } from "node:crypto";
import type { Database } from "../../db/mod.ts";
import { oneTimeUse, recordUse, setOutcome } from "../../db/queries/fleet/one_time.ts";
import { delay } from "../../lib/concurrency/delay.ts";
import { ONCE } from "../../lib/limits.ts";

/** Work that is done once in all programs of a service. */
export interface SharedWork {
  /** From then on it is refused for its age, in milliseconds since 1970. */
  readonly until: number;
  /** Does the work, within `ONCE.heldMs`, and returns its outcome, in which no person may be named. */
  readonly work: () => Promise<string>;
}

/**
 * Keys that work once in all programs of a service. A used key is remembered until it would be refused for its age anyway;
 * a day later `retention.ts` removes it.
 */
export class SingleUseKeys {
  readonly #db: Database;
  readonly #wallClock: () => number;

  constructor(db: Database, options: { wallClock: () => number }) {
    this.#db = db;
    this.#wallClock = options.wallClock;
  }

  /**
   * Uses all of these up if the first was not used before; `false`: it was.
   *
   * @param until from then on they are refused for their age, in milliseconds since 1970
   * @throws {Error} if the database does not take it; then it must not be believed
   */
  async use(keys: readonly [string, ...string[]], until: number): Promise<boolean> {
    return await this.#db.writer.transaction(async (trx) => {
      const [first, ...others] = keys.map(hashOf) as [string, ...string[]];
      if (!await recordUse(trx, { key: first, until })) return false;
      for (const key of others) await recordUse(trx, { key, until });
      return true;
    });
  }

  /** Whether it was used, lately enough to be remembered. */
  async wasUsed(key: string): Promise<boolean> {
    return await oneTimeUse(this.#db.tables, hashOf(key)) !== undefined;
  }

  /**
   * Does the work, unless it was done before. A caller that asks for the same while it runs, here or in another program, gets
   * its outcome, and does nothing.
   *
   * @returns `undefined`: it was used before, or the work did not end well or in time
   * @throws {Error} what the work throws, or if the database does not take it
   */
  async share(name: string, { until, work }: SharedWork): Promise<string | undefined> {
    const key = hashOf(name);
    const held_until = this.#wallClock() + ONCE.heldMs;
    const isFirst = await this.#db.writer.transaction((trx) => recordUse(trx, { key, until, held_until }));
    if (!isFirst) return await this.#outcomeOf(key);
    let outcome = "";
    try {
      return outcome = await work();
    } finally {
      await this.#db.writer.transaction((trx) => setOutcome(trx, key, outcome));
    }
  }

  /** Waits for the outcome. One that was known before is not told again: another person may be asking. */
  async #outcomeOf(key: string): Promise<string | undefined> {
    const looksMax = ONCE.heldMs / ONCE.lookMs;
    for (let looks = 0; looks <= looksMax; looks++) {
      const { outcome, held_until } = await oneTimeUse(this.#db.tables, key) ??
        { outcome: "", held_until: null };
      if (outcome !== null) return looks === 0 ? undefined : outcome || undefined;
      if (held_until === null || this.#wallClock() >= held_until) return undefined;
      await delay(ONCE.lookMs);
    }
    return undefined;
  }
}

/** The key itself may name a person, which must not be left here when the person is removed. */
function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
