import { type Kysely, sql } from "kysely";

/** Thrown where a Postgres, or what stands before it, is set up so that it cannot be used; begins with a verb. */
export class UnfitError extends Error {
  override name = "UnfitError";
}

/** Settings of a server that no transaction can change, and what happens without them. */
const NEEDED = {
  fsync: "what was confirmed is lost, and the database may be broken, when its machine stops",
  full_page_writes: "the database may be broken when its machine stops",
} as const;

/** What PgBouncer says to a transaction where it gives each statement another session. */
const SPLITS = /statement pooling/;

type ServerSettings = Readonly<
  Record<keyof typeof NEEDED | "synchronous_commit" | "transaction_read_only", string>
>;

/**
 * What the server may lose, in words for the operator; empty: it keeps what it confirms.
 *
 * @throws {UnfitError} if it cannot be used, however long one waits
 * @throws {Error} code 25006 if it can only be read, as a standby until it takes over; else what the driver says
 */
export async function flawsOf<Schema>(db: Kysely<Schema>): Promise<readonly string[]> {
  const settings = await settingsOf(db);
  if (!["on", "remote_apply"].includes(settings.synchronous_commit)) throw splits();
  if (settings.transaction_read_only === "on") throw new ReadOnlyError();
  return Object.entries(NEEDED).filter(([name]) => settings[name as keyof ServerSettings] === "off")
    .map(([name, why]) => `The database server runs with ${name}=off: ${why}`);
}

/** Asks behind the beginning, as work does: a pooler may have given the session to another client in between. */
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
    throw error instanceof Error && SPLITS.test(error.message) ? splits({ cause: error }) : error;
  }
}

function splits(options?: ErrorOptions): UnfitError {
  return new UnfitError(
    "is behind a pooler that does not keep a transaction together: set it to transaction mode",
    options,
  );
}

/** With the code that Postgres itself has for it. */
class ReadOnlyError extends Error {
  override name = "ReadOnlyError";
  readonly severity = "ERROR";
  readonly code = "25006";

  constructor() {
    super("it can only be read: it is a standby, or default_transaction_read_only is on");
  }
}
