/**
 * What a session of Postgres has to hold to for us. A role, a database or a server may have been set up otherwise, and
 * behind a pooler a session is ours for one transaction only.
 *
 * @module
 */
import {
  CompiledQuery,
  type DatabaseConnection,
  type Kysely,
  PostgresAdapter,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  sql,
  type TransactionSettings,
} from "kysely";

/** What Kysely itself locks, so that the version before and this one wait for each other. */
const MIGRATION_LOCK = 3_853_314_791_062_309_107n;

/** Postgres with transactions that bring all that they need, and leave nothing behind in the session. */
export class OwnTermsDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  readonly #answerMs: number;

  /** @param answerMs how long a statement may take */
  constructor(config: PostgresDialectConfig, answerMs: number) {
    super(config);
    this.#config = config;
    this.#answerMs = answerMs;
  }

  override createDriver(): PostgresDriver {
    return new OwnTermsDriver(this.#config, this.#answerMs);
  }

  override createAdapter(): PostgresAdapter {
    return new TransactionLockAdapter();
  }
}

class OwnTermsDriver extends PostgresDriver {
  readonly #terms: string;

  constructor(config: PostgresDialectConfig, answerMs: number) {
    super(config);
    this.#terms = termsOf(answerMs);
  }

  /** In one message with the beginning, so that it costs no time on the way. */
  override async beginTransaction(
    connection: DatabaseConnection,
    { isolationLevel = "read committed", accessMode }: TransactionSettings,
  ): Promise<void> {
    const begin = `begin isolation level ${isolationLevel} ${accessMode ?? ""}`;
    await connection.executeQuery(CompiledQuery.raw(`${begin}; ${this.#terms}`));
  }
}

/**
 * Until the end of the transaction: what is committed is on disk, and with its standbys where there are some that have
 * to have it (`on` or more); nothing takes for ever; nothing ends sooner than we say.
 */
function termsOf(answerMs: number): string {
  const terms = {
    synchronous_commit:
      "case current_setting('synchronous_commit') when 'remote_apply' then 'remote_apply' else 'on' end",
    statement_timeout: `'${answerMs}'`,
    lock_timeout: "'0'",
    idle_in_transaction_session_timeout: `'${2 * answerMs}'`,
  };
  const set = Object.entries(terms).map(([name, value]) => `set_config('${name}', ${value}, true)`);
  return `select ${set.join()}`;
}

/**
 * Locks migrations for a transaction. Kysely does so for a session, and behind a pooler the lock is then taken in one
 * session and given back in another, if at all.
 */
class TransactionLockAdapter extends PostgresAdapter {
  // deno-lint-ignore no-explicit-any -- as Kysely has it
  override async acquireMigrationLock(db: Kysely<any>): Promise<void> {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(db);
  }

  override releaseMigrationLock(): Promise<void> {
    return Promise.resolve();
  }
}
