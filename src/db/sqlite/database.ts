/**
 * SQLite in one file through Kysely's own dialect over `node:sqlite`: the database of a machine on which nothing
 * else was set up.
 *
 * @module
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { SqliteDialect, SqliteStatement } from "kysely";
import { DATABASE } from "../../lib/limits.ts";
import { OneWriterDialect } from "./driver.ts";

/** Page cache, in KiB; where others write too it is thrown away each time they do, and each isolate has one. */
const CACHE_KIB = 64 * 1024;
const SHARED_CACHE_KIB = 4 * 1024;

/** How a file is opened. */
export interface SqliteOptions {
  /** Nothing is made or written; works beside a process that writes. @default {false} */
  readonly readOnly?: boolean;
  /** Others in this process write too. @default {false} */
  readonly shared?: boolean;
  /**
   * Whether a statement that meets another process's lock holds up its thread, for `DATABASE.lockMs` at most. Else
   * it is tried again meanwhile; only opening the file waits in any case.
   *
   * @default {true}
   */
  readonly blocks?: boolean;
  /**
   * Whether a commit copies a long write-ahead log into the file; else somebody else does.
   *
   * @default {true}
   */
  readonly checkpoints?: boolean;
}

/**
 * Opens (and makes) the database file. What was committed is on disk before a commit returns (`synchronous=FULL`).
 * SQLite makes no file of its own elsewhere: a temporary folder that is full or read-only would fail statements.
 *
 * @throws {Error} if the file cannot be opened or is no database
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
  return new OneWriterDialect({
    database: { close: () => database.close(), prepare: (sql: string) => statements.get(sql) },
    isInTransaction: () => database.isTransaction,
  });
}

/** Keeps the statements used last, since preparing one costs as much as running it. */
class StatementCache {
  readonly #database: DatabaseSync;
  readonly #cached = new Map<string, SqliteStatement>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(sql: string): SqliteStatement {
    // SQLite sets what a pragma sets when it prepares it.
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

/** Kysely speaks better-sqlite3's dialect of a statement: one array of parameters, and `reader`. */
function asKyselyExpects(statement: StatementSync): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
}
