import { type Database, writeCheck } from "../db/mod.ts";
import { withTimeout } from "../lib/concurrency/timeout.ts";
import { DATABASE } from "../lib/limits.ts";

/** The clocks of a {@linkcode Readiness}. */
export interface ReadinessOptions {
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/**
 * Finds out whether the database answers and can be written. A write proves that for some seconds, so that many questions make
 * few writes.
 */
export class Readiness {
  readonly #db: Database;
  readonly #options: ReadinessOptions;
  #provenAt = -Infinity;
  #trying: Promise<boolean> | undefined;

  constructor(db: Database, options: ReadinessOptions) {
    this.#db = db;
    this.#options = options;
  }

  /** Why the database makes the program not ready; `undefined` if it does not. Never throws. */
  async missing(): Promise<string | undefined> {
    if (!await this.#answers()) return "the database does not answer";
    return await this.#isWritable() ? undefined : "the database cannot be written";
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#db.tables.selectFrom("used").select("key").limit(1).execute();
      return true;
    } catch {
      return false;
    }
  }

  async #isWritable(): Promise<boolean> {
    if (this.#options.now() - this.#provenAt < DATABASE.provenMs) return true;
    return await (this.#trying ??= this.#prove().finally(() => this.#trying = undefined));
  }

  async #prove(): Promise<boolean> {
    const { now, wallClock } = this.#options;
    const since = now();
    const written = this.#db.writer.run(writeCheck, { at: wallClock() }).then(() => {
      this.#provenAt = since;
      return true;
    }, () => false);
    return await withTimeout(written, { ms: DATABASE.proofMs, fallback: () => false });
  }
}
