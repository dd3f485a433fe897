/**
 * SQLite in one file through Kysely's own dialect over `node:sqlite`: the database of a machine on which nothing
 * else was set up.
 *
 * @module
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import {
  type CollateNode,
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryCompiler,
  type SelectModifierNode,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  SqliteQueryCompiler,
  type SqliteStatement,
} from "kysely";
import { DATABASE } from "../limits.ts";
import { isAway } from "./away.ts";

/** Pages of the write-ahead log before it is copied into the file: 32 MiB, so that busy pages are copied once. */
const CHECKPOINT_PAGES = 8_000;
/** Page cache, in KiB; where others write too it is thrown away each time they do, and each isolate has one. */
const CACHE_KIB = 64 * 1024;
const SHARED_CACHE_KIB = 4 * 1024;
const BEGIN_IMMEDIATE = CompiledQuery.raw("begin immediate");

/**
 * Opens (and makes) the database file. What was committed is on disk before a commit returns
 * (`synchronous=FULL`).
 *
 * @param options.readOnly nothing is made or written; works beside a process that writes @default {false}
 * @param options.shared others in this process write too; see {@linkcode SharedFileDriver} @default {false}
 * @throws {Error} if the file cannot be opened or is no database
 */
export function sqliteDialect(
  path: string,
  options: { readOnly?: boolean; shared?: boolean } = {},
): SqliteDialect {
  const { readOnly = false, shared = false } = options;
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
    pragma cache_size = -${shared ? SHARED_CACHE_KIB : CACHE_KIB};
  `);
  }
  if (shared) database.exec(`pragma busy_timeout = ${DATABASE.blockMs}`);
  const statements = new StatementCache(database);
  const config = {
    database: { close: () => database.close(), prepare: (sql: string) => statements.get(sql) },
  };
  return shared ? new SharedFileDialect(config) : new OneWriterDialect(config);
}

/** `for update`, `for share` and the like are left out: SQLite has one writer, so nothing else can take the rows. */
class OneWriterDialect extends SqliteDialect {
  override createQueryCompiler(): QueryCompiler {
    return new OneWriterCompiler();
  }
}

class SharedFileDialect extends OneWriterDialect {
  readonly #config: SqliteDialectConfig;

  constructor(config: SqliteDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new SharedFileDriver(this.#config);
  }
}

/**
 * A transaction begins with SQLite's write lock: one that read first could not write any more where somebody else
 * has written since (`SQLITE_BUSY_SNAPSHOT`). The isolates take turns, so the lock is free, unless an isolate that
 * was ended has still its last step to do, or an operator's tool writes: then it is waited for without holding up
 * the event loop.
 */
class SharedFileDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const until = performance.now() + DATABASE.beginMs;
    while (true) {
      try {
        await connection.executeQuery(BEGIN_IMMEDIATE);
        return;
      } catch (error) {
        if (!isAway(error) || performance.now() >= until) throw error;
        await new Promise((resolve) => setTimeout(resolve, DATABASE.beginRetryMs));
      }
    }
  }
}

const LOCKING = ["ForUpdate", "ForShare", "SkipLocked", "NoWait"];

class OneWriterCompiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (!LOCKING.includes(node.modifier ?? "")) super.visitSelectModifier(node);
  }

  /** Postgres has to be told to go by the bytes, which it calls "C"; SQLite does so anyway. */
  protected override visitCollate(node: CollateNode): void {
    if (node.collation.name !== "C") super.visitCollate(node);
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
