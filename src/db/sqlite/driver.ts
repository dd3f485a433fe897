/**
 * Kysely's SQLite dialect as it is used here: one writer, whose transactions begin with the file's write lock, and
 * nobody who holds up an event loop while another process has that lock.
 *
 * @module
 */
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
import { DATABASE } from "../../lib/limits.ts";
import { isLocked } from "../away.ts";

const BEGIN_IMMEDIATE = CompiledQuery.raw("begin immediate");

/** What the dialect needs of the database. */
export interface OneWriterConfig extends SqliteDialectConfig {
  /** Whether a transaction is open. */
  readonly isInTransaction: () => boolean;
}

/** See the module. */
export class OneWriterDialect extends SqliteDialect {
  readonly #config: OneWriterConfig;

  constructor(config: OneWriterConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new OneWriterDriver(this.#config);
  }

  override createAdapter(): SqliteAdapter {
    return new OneWriterAdapter();
  }

  override createQueryCompiler(): QueryCompiler {
    return new OneWriterCompiler();
  }
}

/**
 * A transaction begins with the write lock: one that read first could not write any more where somebody else has
 * written since (`SQLITE_BUSY_SNAPSHOT`). Where the lock is another's it fails at once, so that whoever reads need not
 * wait with it; `SqliteWriter` tries again.
 */
class OneWriterDriver extends SqliteDriver {
  readonly #config: OneWriterConfig;
  #connection: DatabaseConnection | undefined;

  constructor(config: OneWriterConfig) {
    super(config);
    this.#config = config;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection ??= new PatientConnection(
      await super.acquireConnection(),
      this.#config.isInTransaction,
    );
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(BEGIN_IMMEDIATE);
  }
}

/** SQLite can undo changes of tables. Kysely does not count on that, and would run migrations without a transaction. */
class OneWriterAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** A statement of its own that meets another's lock has done nothing, and is tried again for a while. */
class PatientConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection;
  readonly #isInTransaction: () => boolean;

  constructor(connection: DatabaseConnection, isInTransaction: () => boolean) {
    this.#connection = connection;
    this.#isInTransaction = isInTransaction;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const until = performance.now() + DATABASE.lockMs;
    while (true) {
      try {
        return await this.#connection.executeQuery<Row>(query);
      } catch (error) {
        const isAlone = query !== BEGIN_IMMEDIATE && !this.#isInTransaction();
        if (!isAlone || !isLocked(error) || performance.now() >= until) throw error;
        await new Promise((resolve) => setTimeout(resolve, DATABASE.lockRetryMs));
      }
    }
  }

  streamQuery<Row>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<Row>> {
    return this.#connection.streamQuery<Row>(query, chunkSize);
  }
}

const LOCKING = ["ForUpdate", "ForShare", "SkipLocked", "NoWait"];

/** `for update`, `for share` and the like are left out: SQLite has one writer, so nothing else can take the rows. */
class OneWriterCompiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (!LOCKING.includes(node.modifier ?? "")) super.visitSelectModifier(node);
  }

  /** Postgres has to be told to go by the bytes, which it calls "C"; SQLite does so anyway. */
  protected override visitCollate(node: CollateNode): void {
    if (node.collation.name !== "C") super.visitCollate(node);
  }
}
