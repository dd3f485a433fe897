/**
 * The database: opening it, its tables, and how it is written.
 *
 * @module
 */
import type { Database, DatabaseLocation } from "./database.ts";
import type { Schema, Tables } from "./schema.ts";
import { setImmediate } from "node:timers";
import { type Dialect, Kysely, sql } from "kysely";
import { DATABASE } from "../lib/limits.ts";
import { isAway } from "./away.ts";
import type { Turn } from "./group_commit.ts";
import { migrate } from "./migrate.ts";
import { DatabaseUnavailableError } from "./unavailable.ts";
import { flawsOf, UnfitError } from "./postgres/setup.ts";
import { PostgresWriter } from "./postgres/writer.ts";
import { sqliteDialect, type SqliteOptions } from "./sqlite/database.ts";
import { SqliteWriter } from "./sqlite/writer.ts";

export { isAway } from "./away.ts";
export type * from "./database.ts";
export { GroupCommit, QueueFullError, type Turn } from "./group_commit.ts";
export type { AnyJob, Job } from "./job.ts";
export { migrate, migratedAt } from "./migrate.ts";
export { DatabaseUnavailableError } from "./unavailable.ts";
export { proveWritable } from "./proof.ts";
export type * from "./schema.ts";
export type { Work, Writer } from "./writer.ts";

/** How the database is opened. */
export interface OpenOptions {
  /** Is told of connections that break while nobody uses them, and of a server that is set up so that it may lose things. */
  readonly failed: (error: unknown) => void;
  /**
   * Whether somebody else has brought it up to date already.
   *
   * @default {false}
   */
  readonly migrated?: boolean;
  /**
   * Does work while no other isolate does any: needed where several write to one SQLite file. Postgres takes no
   * notice of it.
   *
   * @default {undefined} nobody else writes
   */
  readonly exclusive?: Turn | undefined;
  /**
   * SQLite: the module of a thread that knows the jobs that are run, see `serveSqlite`.
   *
   * @default {undefined} they are done here
   */
  readonly thread?: URL | undefined;
  /**
   * Postgres: how many connections there may be.
   *
   * @default {DATABASE.poolMax}
   */
  readonly connections?: number | undefined;
}

/**
 * Opens the database and brings it up to date. Waits a while for a server that is not up yet.
 *
 * @throws {DatabaseUnavailableError} if a server does not answer, or refuses
 * @throws {Error} if it cannot be opened, written or brought up to date
 */
export async function openDatabase(
  place: DatabaseLocation,
  options: OpenOptions = { failed: () => {} },
): Promise<Database> {
  const { failed, migrated = false, exclusive, thread, connections = DATABASE.poolMax } = options;
  if (!migrated) await migrateDatabase(place, { waitMs: DATABASE.startMs, failed });
  const shared = exclusive !== undefined;
  const dialect = await dialectOf(place, { failed, shared, blocks: false, checkpoints: false, connections });
  const tables = new Kysely<Schema>({ dialect });
  try {
    // Kysely begins with the first statement, and closes only what has begun.
    await sql`select 1`.execute(tables);
  } catch (error) {
    await tables.destroy();
    throw error;
  }
  const schedule = (run: () => void) => void setImmediate(run);
  const writer = place.url
    ? new PostgresWriter(tables, { schedule, connections })
    : new SqliteWriter(tables, { file: sqliteFile(place), schedule, exclusive, thread });
  return {
    kind: place.url ? "postgres" : "sqlite",
    tables,
    writer,
    async [Symbol.asyncDispose]() {
      await writer.idle();
      writer[Symbol.dispose]();
      await tables.destroy();
    },
  };
}

function sqliteFile({ folder }: DatabaseLocation): string {
  return `${folder}/kaigui.sqlite`;
}

/**
 * Brings the database up to date and names what ran, over a connection on which statements may take their time.
 *
 * @param options.waitMs how long it waits for a server that is not up yet @default {0}
 * @param options.failed is told of a server that is waited for, or set up so that it may lose things
 * @throws {DatabaseUnavailableError} if a server does not answer, or refuses
 * @throws {Error} if it cannot be opened, written or brought up to date
 */
export async function migrateDatabase(
  place: DatabaseLocation,
  { waitMs = 0, failed = () => {} }: { waitMs?: number; failed?: (error: unknown) => void } = {},
): Promise<string[]> {
  const patient = { failed: () => {}, answerMs: DATABASE.migrateMs, blocks: false };
  const tables = new Kysely<Schema>({ dialect: await dialectOf(place, patient) });
  try {
    if (place.url) {
      const flaws = await answered(tables, { url: place.url, waitMs, failed });
      for (const flaw of flaws) failed(new Error(flaw));
    }
    return await migrate(tables);
  } finally {
    await tables.destroy();
  }
}

/**
 * The dialect of that place. Postgres' driver is loaded only where it is needed.
 *
 * @param options.failed, options.answerMs, options.connections of Postgres; the others are SQLite's
 */
export async function dialectOf(
  place: DatabaseLocation,
  options: {
    failed: (error: unknown) => void;
    answerMs?: number;
    connections?: number | undefined;
  } & SqliteOptions,
): Promise<Dialect> {
  if (!place.url) {
    const file = sqliteFile(place);
    // SQLite would make it readable for all. What it makes beside the file has the file's mode.
    (await Deno.open(file, { create: true, write: true, mode: 0o600 })).close();
    return sqliteDialect(file, options);
  }
  const { postgresDialect } = await import("./postgres/database.ts");
  return postgresDialect(place.url, options);
}

/** Wrong credentials (SQLSTATE class 28), no such database (3D000), or not set up for us: waiting does not help. */
function isRefused(error: unknown): boolean {
  return error instanceof UnfitError || error instanceof Error && "code" in error &&
      /^(28|3D000)/.test(String(error.code));
}

/** Waits until the server answers and can be written, as it may be starting beside us. @returns what it may lose */
async function answered(
  tables: Tables,
  { url, waitMs, failed }: { url: string; waitMs: number; failed: (error: unknown) => void },
): Promise<readonly string[]> {
  const until = Date.now() + waitMs;
  while (true) {
    try {
      return await flawsOf(tables);
    } catch (cause) {
      if (Date.now() >= until || isRefused(cause) || !isAway(cause)) {
        throw new DatabaseUnavailableError(url, { cause });
      }
      failed(cause);
      await new Promise((resolve) => setTimeout(resolve, DATABASE.startRetryMs));
    }
  }
}
