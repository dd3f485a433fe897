import { createHash } from "node:crypto";
import type { Database } from "../db/mod.ts";
import { isUsed, useOnce } from "../db/used.ts";

/**
 * What works once in all programs of a service. It is remembered until it would be refused for its age anyway; a day
 * later `retention.ts` removes it.
 */
export class OnceOnly {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Uses it up; `false`: it was used before.
   *
   * @param until from then on it is refused for its age, in milliseconds since 1970
   * @throws {Error} if the database does not take it; then it must not be believed
   */
  async use(key: string, until: number): Promise<boolean> {
    return await this.#db.writer.transaction((trx) => useOnce(trx, { key: hashOf(key), until }));
  }

  /** Whether it was used, lately enough to be remembered. */
  async wasUsed(key: string): Promise<boolean> {
    return await isUsed(this.#db.tables, hashOf(key));
  }
}

/** Not the key itself: it may name a person, who must not be left in here when he is removed. */
function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
