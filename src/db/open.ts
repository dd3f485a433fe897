import { setImmediate } from "node:timers";
import { type Dialect, Kysely, sql } from "kysely";
import { retry } from "../lib/concurrency/retry.ts";
import { DATABASE } from "../lib/limits.ts";
import { isDatabaseUnavailable } from "./availability.ts";
import type { Database, DatabaseLocation } from "./database.ts";
import type { RunExclusive } from "./group_commit.ts";
import { migrate } from "./upgrade/migrate.ts";
import { confine, organizationView } from "./organization_view.ts";
import { durabilityWarnings, UnsuitableServerError } from "./postgres/setup.ts";
import { PostgresWriter } from "./postgres/writer.ts";
import type { Schema, Tables } from "./schema.ts";
import { inTransaction } from "./transaction.ts";
import { sqliteDialect, type SqliteOptions } from "./sqlite/database.ts";
import { SqliteWriter } from "./sqlite/writer.ts";
import { DatabaseUnavailableError } from "./unavailable_error.ts";

/** How the database is opened. */
export interface OpenOptions {
  /** Is told of idle connections that break, and of a server whose settings risk losing data. */
  readonly failed: (error: unknown) => void;
  /**
   * Whether its schema is up to date already.
   *
   * @default {false}
   */
  readonly migrated?: boolean;
  /**
   * Runs work while no other isolate writes: needed where several isolates write to one SQLite file. Postgres ignores
   * it.
   *
   * @default {undefined} this isolate is the only writer
   */
  readonly exclusive?: RunExclusive | undefined;
  /**
   * SQLite: the module of a worker that knows the jobs that are run, see `serveSqlite`.
   *
   * @default {undefined} jobs are run in this thread
   */
  readonly thread?: URL | undefined;
  /**
   * Postgres: the most connections of the pool.
   *
   * @default {DATABASE.poolMax}
   */
  readonly connections?: number | undefined;
}

/**
 * Opens the database and brings it up to date. Waits `DATABASE.startMs` for a server that is not up yet.
 *
 * @throws {DatabaseUnavailableError} if a server does not answer, or refuses
 * @throws {Error} if it cannot be opened, written or brought up to date
 */
export async function openDatabase(
  location: DatabaseLocation,
  options: OpenOptions = { failed: () => {} },
): Promise<Database> {
  const { failed, migrated = false, exclusive, thread, connections = DATABASE.poolMax } = options;
  if (!migrated) await migrateDatabase(location, { waitMs: DATABASE.startMs, failed });
  const shared = exclusive !== undefined;
  const dialect = await dialectOf(location, {
    failed,
    shared,
    blocks: false,
    checkpoints: false,
    connections,
  });
  const tables = new Kysely<Schema>({ dialect });
  try {
    // Kysely opens the database at the first statement, and closes only what it has opened.
    await sql`select 1`.execute(tables);
  } catch (error) {
    await tables.destroy();
    throw error;
  }
  const schedule = (run: () => void) => void setImmediate(run);
  const writer = location.url
    ? new PostgresWriter(tables, { schedule, connections })
    : new SqliteWriter(tables, { file: sqliteFile(location), schedule, exclusive, thread });
  return {
    kind: location.url ? "postgres" : "sqlite",
    tables,
    view: (reach, read) => {
      if (!location.url) return organizationView(tables, reach).then(read);
      return inTransaction(tables, async (trx) => {
        await confine(trx, reach.organization);
        return await read(await organizationView(trx, reach));
      });
    },
    writer,
    async [Symbol.asyncDispose]() {
      await writer.idle();
      writer[Symbol.dispose]();
      await tables.destroy();
    },
  };
}

/** The path of the SQLite file. */
export function sqliteFile({ folder }: DatabaseLocation): string {
  return `${folder}/kaigui.sqlite`;
}

/**
 * Brings the database up to date, over a connection whose statements may take `DATABASE.migrateMs`.
 *
 * @param options.waitMs how long it waits for a server that is not up yet @default {0}
 * @param options.failed is told of a server that is waited for, or whose settings risk losing data
 * @returns the names of the migrations that ran
 * @throws {DatabaseUnavailableError} if a server does not answer, or refuses
 * @throws {Error} if it cannot be opened, written or brought up to date
 */
export async function migrateDatabase(
  location: DatabaseLocation,
  { waitMs = 0, failed = () => {} }: { waitMs?: number; failed?: (error: unknown) => void } = {},
): Promise<string[]> {
  const patient = { failed: () => {}, answerMs: DATABASE.migrateMs, blocks: false };
  const tables = new Kysely<Schema>({ dialect: await dialectOf(location, patient) });
  try {
    if (location.url) {
      const warnings = await waitForServer(tables, { url: location.url, waitMs, failed });
      for (const warning of warnings) failed(new Error(warning));
    }
    return await migrate(tables);
  } finally {
    await tables.destroy();
  }
}

/**
 * The dialect for that location. The driver for Postgres is loaded only where it is needed.
 *
 * @param options.failed, options.answerMs, options.connections for Postgres; the others are for SQLite
 */
export async function dialectOf(
  location: DatabaseLocation,
  options: {
    failed: (error: unknown) => void;
    answerMs?: number;
    connections?: number | undefined;
  } & SqliteOptions,
): Promise<Dialect> {
  if (!location.url) {
    const file = sqliteFile(location);
    // SQLite would make a file that all users can read. The files that it makes beside it get the same mode.
    (await Deno.open(file, { create: true, write: true, mode: 0o600 })).close();
    return sqliteDialect(file, options);
  }
  const { postgresDialect } = await import("./postgres/database.ts");
  return postgresDialect(location.url, options);
}

/** Wrong credentials (SQLSTATE class 28), no such database (3D000), or an unsuitable server: waiting does not help. */
function isRefused(error: unknown): boolean {
  return error instanceof UnsuitableServerError || error instanceof Error && "code" in error &&
      /^(28|3D000)/.test(String(error.code));
}

/** Waits until the server, which may be starting, accepts writes. @returns its {@linkcode durabilityWarnings} */
async function waitForServer(
  tables: Tables,
  { url, waitMs, failed }: { url: string; waitMs: number; failed: (error: unknown) => void },
): Promise<readonly string[]> {
  const until = Date.now() + waitMs;
  const mayRetry = (cause: unknown) => {
    if (Date.now() >= until || isRefused(cause) || !isDatabaseUnavailable(cause)) return false;
    failed(cause);
    return true;
  };
  try {
    return await retry(() => durabilityWarnings(tables), { mayRetry, pauseMs: DATABASE.startRetryMs });
  } catch (cause) {
    throw new DatabaseUnavailableError(url, { cause });
  }
}
