import {
  CompiledQuery,
  type DatabaseConnection,
  type Kysely,
  PostgresAdapter,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  type PostgresQueryCompiler,
  sql,
  type TransactionSettings,
} from "kysely";
import { EmptyListQueryCompiler } from "./query_compiler.ts";

/** The lock that Kysely itself takes, so that the version before and this one wait for each other. */
const MIGRATION_LOCK = 3_853_314_791_062_309_107n;

/**
 * Postgres whose transactions set what they need and leave the session unchanged: a role, a database or a server may have
 * other settings, and behind a pooler a session is ours for one transaction only.
 */
export class TransactionSettingsDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  readonly #answerMs: number;

  /** @param answerMs how long a statement may take */
  constructor(config: PostgresDialectConfig, answerMs: number) {
    super(config);
    this.#config = config;
    this.#answerMs = answerMs;
  }

  override createDriver(): PostgresDriver {
    return new TransactionSettingsDriver(this.#config, this.#answerMs);
  }

  override createAdapter(): PostgresAdapter {
    return new TransactionLockAdapter();
  }

  override createQueryCompiler(): PostgresQueryCompiler {
    return new EmptyListQueryCompiler();
  }
}

class TransactionSettingsDriver extends PostgresDriver {
  readonly #settings: string;

  constructor(config: PostgresDialectConfig, answerMs: number) {
    super(config);
    this.#settings = transactionSettings(answerMs);
  }

  /** The settings go in one message with `begin`, so that they cost no round trip. */
  override async beginTransaction(
    connection: DatabaseConnection,
    { isolationLevel = "read committed", accessMode }: TransactionSettings,
  ): Promise<void> {
    const begin = `begin isolation level ${isolationLevel} ${accessMode ?? ""}`;
    await connection.executeQuery(CompiledQuery.raw(`${begin}; ${this.#settings}`));
  }
}

/**
 * Settings until the end of the transaction: a commit is on disk, and on the synchronous standbys if there are any (`on`
 * or stronger); statements and idle time are limited; no other limit ends them sooner.
 */
function transactionSettings(answerMs: number): string {
  const settings = {
    synchronous_commit:
      "case current_setting('synchronous_commit') when 'remote_apply' then 'remote_apply' else 'on' end",
    statement_timeout: `'${answerMs}'`,
    lock_timeout: "'0'",
    idle_in_transaction_session_timeout: `'${2 * answerMs}'`,
  };
  const set = Object.entries(settings).map(([name, value]) => `set_config('${name}', ${value}, true)`);
  return `select ${set.join()}`;
}

/**
 * Locks migrations until the transaction ends. Kysely's own lock belongs to the session: behind a pooler it would be
 * taken in one session and released in another, if at all.
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
