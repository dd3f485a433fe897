import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { SqliteDialect, SqliteStatement } from "kysely";
import { DATABASE } from "../../lib/limits.ts";
import { SingleWriterDialect } from "./driver.ts";

/** Page cache, in KiB. Each isolate has one; in a shared file it is dropped whenever another isolate writes. */
const CACHE_KIB = 64 * 1024;
const SHARED_CACHE_KIB = 4 * 1024;

/** How a file is opened. */
export interface SqliteOptions {
  /** Whether it only reads: the file must exist, and another process may be writing to it. @default {false} */
  readonly readOnly?: boolean;
  /** Whether other isolates of this process write too. @default {false} */
  readonly shared?: boolean;
  /**
   * Whether a statement blocks its thread while another process has the lock, for `DATABASE.lockMs` at most. If not, the
   * driver retries it. Opening the file blocks in either case.
   *
   * @default {true}
   */
  readonly blocks?: boolean;
  /**
   * Whether a commit copies a long write-ahead log into the file. If not, its caller has to see to that.
   *
   * @default {true}
   */
  readonly checkpoints?: boolean;
}

/**
 * Opens or creates the database file, over `node:sqlite`. A commit is on disk before it returns (`synchronous=FULL`).
 * SQLite makes no temporary files, since a temporary folder that is full or read-only would fail statements.
 *
 * @throws {Error} if the file cannot be opened or is not a database
 */
export function sqliteDialect(path: string, options: SqliteOptions = {}): SqliteDialect {
  const { readOnly = false, shared = false, blocks = true, checkpoints = true } = options;
  const timeout = DATABASE.lockMs;
  const database = new DatabaseSync(path, { timeout, enableForeignKeyConstraints: true, readOnly });
  database.exec("pragma temp_store = memory");
  if (!readOnly) {
    database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma wal_autocheckpoint = ${checkpoints ? DATABASE.checkpointPages : 0};
    pragma journal_size_limit = ${DATABASE.logBytesMax};
    pragma cache_size = -${shared ? SHARED_CACHE_KIB : CACHE_KIB};
  `);
  }
  if (!blocks) database.exec("pragma busy_timeout = 0");
  const statements = new StatementCache(database);
  return new SingleWriterDialect({
    database: { close: () => database.close(), prepare: (sql: string) => statements.get(sql) },
    isInTransaction: () => database.isTransaction,
  });
}

/** Caches the statements that were used last, since preparing one costs as much as running it. */
class StatementCache {
  readonly #database: DatabaseSync;
  readonly #cached = new Map<string, SqliteStatement>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(sql: string): SqliteStatement {
    // SQLite applies a pragma when it prepares it, so it must be prepared each time.
    if (sql.startsWith("pragma")) return asKyselyExpects(this.#database.prepare(sql));
    const cached = this.#cached.get(sql) ?? asKyselyExpects(this.#database.prepare(sql));
    this.#cached.delete(sql);
    this.#cached.set(sql, cached);
    if (this.#cached.size > DATABASE.statementsMax) {
      for (const oldest of this.#cached.keys()) {
        this.#cached.delete(oldest);
        break;
      }
    }
    return cached;
  }
}

/** Kysely expects a statement as better-sqlite3 has it: one array of parameters, and `reader`. */
function asKyselyExpects(statement: StatementSync): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
}
