import { type Kysely, sql, type Transaction } from "kysely";
import { DATABASE } from "../lib/limits.ts";
import { isLocked } from "./away.ts";
import { isPostgres } from "./dialects.ts";

/** SQLSTATE of who lost against others that have locks: deadlock, lock timeout. */
const LOST_TO_OTHERS = ["40P01", "55P03"];

/** One step of bringing a database up to date. */
export interface UpgradeStep<Schema, Done> {
  /** Waits until no other program is at it; held until the step's transaction ends. */
  readonly lock: (trx: Transaction<Schema>) => Promise<void>;
  readonly work: (trx: Transaction<Schema>) => Promise<Done>;
}

/**
 * Does the step in a transaction of its own. On Postgres the version before goes on beside it: whoever waits for a
 * table keeps all others from it who come later, so a step waits a moment only, and is then undone and begins anew.
 *
 * @throws {Error} what the work throws, or the database where others have what is wanted for too long
 */
export async function upgradeStep<Schema, Done>(
  db: Kysely<Schema>,
  { lock, work }: UpgradeStep<Schema, Done>,
): Promise<Done> {
  // A SQLite file is one program's; a tool that has its lock is waited for as by everybody else.
  const until = performance.now() + (isPostgres(db) ? DATABASE.upgradeMs : DATABASE.lockMs);
  while (true) {
    try {
      return await db.transaction().execute(async (trx) => {
        await lock(trx);
        if (isPostgres(trx)) {
          await sql`set local lock_timeout = ${sql.lit(DATABASE.upgradeLockMs)}`.execute(trx);
        }
        return await work(trx);
      });
    } catch (error) {
      if (!isLostToOthers(error) || performance.now() >= until) throw error;
      await new Promise((resolve) => setTimeout(resolve, DATABASE.upgradeRetryMs));
    }
  }
}

/** Also where that is the reason why a migration failed. */
function isLostToOthers(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isLost = isLocked(error) || "code" in error && LOST_TO_OTHERS.includes(String(error.code));
  return isLost || isLostToOthers(error.cause);
}
