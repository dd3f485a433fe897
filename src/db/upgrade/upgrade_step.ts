import { type Kysely, sql, type Transaction } from "kysely";
import { retry } from "../../lib/concurrency/retry.ts";
import { DATABASE } from "../../lib/limits.ts";
import { isLocked } from "../availability.ts";
import { isPostgres } from "../dialects.ts";

/** SQLSTATEs of a transaction that another one's locks stopped: deadlock, lock timeout. */
const RETRYABLE = ["40P01", "55P03"];

/** One step of an upgrade of the schema. */
export interface UpgradeStep<Schema, Done> {
  /** Waits until no other program upgrades; the lock is held until the step's transaction ends. */
  readonly lock: (trx: Transaction<Schema>) => Promise<void>;
  readonly work: (trx: Transaction<Schema>) => Promise<Done>;
}

/**
 * Runs the step in its own transaction. On Postgres the version before runs beside it: a transaction that waits for a
 * table's lock makes all later ones wait too, so a step waits for `DATABASE.upgradeLockMs` only, and is then rolled back
 * and begun anew.
 *
 * @throws {Error} what the work throws, or the database's error after others have kept the locks for too long
 */
export async function upgradeStep<Schema, Done>(
  db: Kysely<Schema>,
  { lock, work }: UpgradeStep<Schema, Done>,
): Promise<Done> {
  // A SQLite file belongs to one program; only a tool can have its lock, and is waited for as elsewhere.
  const until = performance.now() + (isPostgres(db) ? DATABASE.upgradeMs : DATABASE.lockMs);
  const step = () =>
    db.transaction().execute(async (trx) => {
      await lock(trx);
      if (isPostgres(trx)) {
        await sql`set local lock_timeout = ${sql.lit(DATABASE.upgradeLockMs)}`.execute(trx);
      }
      return await work(trx);
    });
  return await retry(step, {
    mayRetry: (error) => isRetryable(error) && performance.now() < until,
    pauseMs: DATABASE.upgradeRetryMs,
  });
}

/** Whether the error or one of its causes says that locks of others stopped the step. */
function isRetryable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isLost = isLocked(error) || "code" in error && RETRYABLE.includes(String(error.code));
  return isLost || isRetryable(error.cause);
}
