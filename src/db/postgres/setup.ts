import { type Kysely, sql } from "kysely";

/** A Postgres, or the pooler in front of it, is configured so that it cannot be used. The message begins with a verb. */
export class UnsuitableServerError extends Error {
  override name = "UnsuitableServerError";
}

/** Settings of a server that no transaction can change, and what happens when they are off. */
const NEEDED = {
  fsync: "what was confirmed is lost, and the database may be broken, when its machine stops",
  full_page_writes: "the database may be broken when its machine stops",
} as const;

/** PgBouncer's error for a transaction when it gives each statement another session. */
const STATEMENT_POOLING = /statement pooling/;

type ServerSettings = Readonly<
  Record<keyof typeof NEEDED | "synchronous_commit" | "transaction_read_only", string>
>;

/**
 * The risks of the server's settings, in words for the operator; empty: it keeps what it confirms.
 *
 * @throws {UnsuitableServerError} if it cannot be used, however long one waits
 * @throws {Error} code 25006 if it is read-only, as a standby is until it takes over; else the driver's error
 */
export async function durabilityWarnings<Schema>(db: Kysely<Schema>): Promise<readonly string[]> {
  const settings = await settingsOf(db);
  if (!["on", "remote_apply"].includes(settings.synchronous_commit)) throw splitsTransactions();
  if (settings.transaction_read_only === "on") throw new ReadOnlyError();
  return Object.entries(NEEDED).filter(([name]) => settings[name as keyof ServerSettings] === "off")
    .map(([name, why]) => `The database server runs with ${name}=off: ${why}`);
}

/** Asks in a transaction, as writes do, since outside of one a pooler may switch sessions between two statements. */
async function settingsOf<Schema>(db: Kysely<Schema>): Promise<ServerSettings> {
  try {
    return await db.transaction().execute(async (trx) => {
      const { rows } = await sql<ServerSettings>`select
        current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
        current_setting('synchronous_commit') as synchronous_commit,
        current_setting('transaction_read_only') as transaction_read_only`.execute(trx);
      return rows[0] as ServerSettings;
    });
  } catch (error) {
    throw error instanceof Error && STATEMENT_POOLING.test(error.message)
      ? splitsTransactions({ cause: error })
      : error;
  }
}

function splitsTransactions(options?: ErrorOptions): UnsuitableServerError {
  return new UnsuitableServerError(
    "is behind a pooler that does not keep a transaction together: set it to transaction mode",
    options,
  );
}

/** Has the code by which Postgres itself refuses a write. */
class ReadOnlyError extends Error {
  override name = "ReadOnlyError";
  readonly severity = "ERROR";
  readonly code = "25006";

  constructor() {
    super("it is read-only: it is a standby, or default_transaction_read_only is on");
  }
}
