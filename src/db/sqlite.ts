/**
 * SQLite in one file through Kysely's own dialect over `node:sqlite`: the database of a machine on which nothing
 * else was set up.
 *
 * @module
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import {
  type QueryCompiler,
  type SelectModifierNode,
  SqliteDialect,
  SqliteQueryCompiler,
  type SqliteStatement,
} from "kysely";
import { DATABASE } from "../limits.ts";

/** Pages of the write-ahead log before it is copied into the file: 32 MiB, so that busy pages are copied once. */
const CHECKPOINT_PAGES = 8_000;
/** Page cache, in KiB. */
const CACHE_KIB = 64 * 1024;

/**
 * Opens (and makes) the database file. What was committed is on disk before a commit returns
 * (`synchronous=FULL`).
 *
 * @param options.readOnly nothing is made or written; works beside a process that writes @default {false}
 * @throws {Error} if the file cannot be opened or is no database
 */
export function sqliteDialect(path: string, options: { readOnly?: boolean } = {}): SqliteDialect {
  const { readOnly = false } = options;
  const database = new DatabaseSync(path, {
    timeout: DATABASE.busyMs,
    enableForeignKeyConstraints: true,
    readOnly,
  });
  if (!readOnly) {
    database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma wal_autocheckpoint = ${CHECKPOINT_PAGES};
    pragma cache_size = -${CACHE_KIB};
  `);
  }
  const statements = new StatementCache(database);
  return new OneWriterDialect({
    database: { close: () => database.close(), prepare: (sql) => statements.get(sql) },
  });
}

/** `for update` and what belongs to it is left out: SQLite has one writer, so nothing else can take the rows. */
class OneWriterDialect extends SqliteDialect {
  override createQueryCompiler(): QueryCompiler {
    return new OneWriterCompiler();
  }
}

const LOCKING = ["ForUpdate", "SkipLocked", "NoWait"];

class OneWriterCompiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (!LOCKING.includes(node.modifier ?? "")) super.visitSelectModifier(node);
  }
}

/** Keeps the statements used last, since preparing one costs as much as running it. */
class StatementCache {
  readonly #database: DatabaseSync;
  readonly #cached = new Map<string, SqliteStatement>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(sql: string): SqliteStatement {
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
