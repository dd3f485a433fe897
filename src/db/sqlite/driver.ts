import {
  type CollateNode,
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryCompiler,
  type QueryResult,
  type SelectModifierNode,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  SqliteQueryCompiler,
} from "kysely";
import { retry } from "../../lib/concurrency/retry.ts";
import { DATABASE } from "../../lib/limits.ts";
import { isLocked } from "../availability.ts";

const BEGIN_IMMEDIATE = CompiledQuery.raw("begin immediate");

/** What the dialect needs to know of the database. */
export interface SingleWriterConfig extends SqliteDialectConfig {
  /** Whether a transaction is open. */
  readonly isInTransaction: () => boolean;
}

/**
 * Kysely's SQLite dialect for one writer: transactions begin with the file's write lock, and the event loop is never
 * blocked while another process has that lock.
 */
export class SingleWriterDialect extends SqliteDialect {
  readonly #config: SingleWriterConfig;

  constructor(config: SingleWriterConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new SingleWriterDriver(this.#config);
  }

  override createAdapter(): SqliteAdapter {
    return new SingleWriterAdapter();
  }

  override createQueryCompiler(): QueryCompiler {
    return new SingleWriterCompiler();
  }
}

/**
 * Begins each transaction with the write lock: one that read first could not write any more after another connection has
 * written (`SQLITE_BUSY_SNAPSHOT`). While another process has the lock, `begin` fails at once, so that reads need not
 * wait behind it; `SqliteWriter` tries again.
 */
class SingleWriterDriver extends SqliteDriver {
  readonly #config: SingleWriterConfig;
  #connection: DatabaseConnection | undefined;

  constructor(config: SingleWriterConfig) {
    super(config);
    this.#config = config;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection ??= new RetryingConnection(
      await super.acquireConnection(),
      this.#config.isInTransaction,
    );
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(BEGIN_IMMEDIATE);
  }
}

/** SQLite can roll back changes of tables. Kysely does not rely on that, and would run migrations without a transaction. */
class SingleWriterAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Retries a statement outside a transaction while another process has the lock, for `DATABASE.lockMs` at most. */
class RetryingConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection;
  readonly #isInTransaction: () => boolean;

  constructor(connection: DatabaseConnection, isInTransaction: () => boolean) {
    this.#connection = connection;
    this.#isInTransaction = isInTransaction;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const until = performance.now() + DATABASE.lockMs;
    const isStandalone = () => query !== BEGIN_IMMEDIATE && !this.#isInTransaction();
    return await retry(() => this.#connection.executeQuery<Row>(query), {
      mayRetry: (error) => isStandalone() && isLocked(error) && performance.now() < until,
      pauseMs: DATABASE.lockRetryMs,
    });
  }

  streamQuery<Row>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<Row>> {
    return this.#connection.streamQuery<Row>(query, chunkSize);
  }
}

const LOCKING = ["ForUpdate", "ForShare", "SkipLocked", "NoWait"];

/** Omits `for update`, `for share` and the like: SQLite has one writer, so no other transaction can lock the rows. */
class SingleWriterCompiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (!LOCKING.includes(node.modifier ?? "")) super.visitSelectModifier(node);
  }

  /** Postgres has to be told to compare bytes (collation "C"); SQLite always does. */
  protected override visitCollate(node: CollateNode): void {
    if (node.collation.name !== "C") super.visitCollate(node);
  }
}
