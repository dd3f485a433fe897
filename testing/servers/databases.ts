/**
 * Runs a test on both databases.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type { DatabaseLocation } from "../../src/db/mod.ts";
import { tempFolder } from "../folders.ts";
import { PostgresServer } from "./postgres.ts";
import { createMigratedDatabase, writeMigratedFile } from "./template.ts";
import { ask, createDatabase, dropDatabase } from "../sql.ts";
import { isRun, type RunName, testUnless, whyLeftOut } from "../test_run.ts";

/** The variable in which `tests/run.ts` passes the URL of the run's Postgres. */
export const SERVER = "KAIGUI_TEST_POSTGRES";

/** A database of one test, without rows. */
export interface TestDatabase {
  readonly kind: "sqlite" | "postgres";
  readonly place: DatabaseLocation;
  /** The program's settings beside `DATA_DIR`, which is the place's folder. */
  readonly env: Record<string, string>;
  /** Reads the database while the program runs. */
  query<Row = Record<string, unknown>>(sql: string): Promise<Row[]>;
}

/** A test that is run on each database. The stack is disposed of before the database. */
export type DatabaseTest = (database: TestDatabase, stack: AsyncDisposableStack) => Promise<void>;

/** What a test needs of its database. */
interface DatabaseOptions {
  /** Whether no migration has run on it; if not, all have. @default {false} */
  readonly isEmpty?: boolean;
}

/**
 * Registers the test once for each database, with its kind in the name. Where the machine has no Postgres that one
 * is left out and its name says why; in CI it fails.
 */
export function testOnEach(name: string, body: DatabaseTest, options: DatabaseOptions = {}): void {
  testOnSqlite(name, body, options);
  testOnPostgres(name, body, options);
}

/** Registers the test for SQLite alone, as {@linkcode testOnEach} does. */
export function testOnSqlite(
  name: string,
  body: DatabaseTest,
  { isEmpty = false }: DatabaseOptions = {},
): void {
  Deno.test(`${name} [SQLite]`, () =>
    run(body, async (_stack, folder) => {
      if (!isEmpty) await writeMigratedFile(folder);
      return sqliteDatabase(folder);
    }));
}

/**
 * Registers the test for Postgres alone, as {@linkcode testOnEach} does.
 *
 * @param options.part the run that it belongs to @default {"thorough"}
 */
export function testOnPostgres(
  name: string,
  body: DatabaseTest,
  { part = "thorough", isEmpty = false }: DatabaseOptions & { part?: RunName } = {},
): void {
  if (!isRun(part)) return;
  const create = isEmpty ? createDatabase : createMigratedDatabase;
  testUnless(
    whyNoPostgres(),
    `${name} [Postgres]`,
    () => run(body, (stack, folder) => postgresDatabase(stack, { folder, create })),
  );
}

async function run(
  body: DatabaseTest,
  open: (stack: AsyncDisposableStack, folder: string) => Promise<TestDatabase>,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await tempFolder());
  await body(await open(stack, path), stack);
}

let known: { why: string | undefined } | undefined;

/** Why tests on the run's Postgres are left out; `undefined`: they run. */
export function whyNoPostgres(): string | undefined {
  known ??= {
    why: Deno.env.has(SERVER) ? undefined : whyLeftOut(PostgresServer.missing() ?? "run deno task test"),
  };
  return known.why;
}

function sqliteDatabase(folder: string): TestDatabase {
  return {
    kind: "sqlite",
    place: { folder },
    env: {},
    query<Row>(sql: string) {
      using file = new DatabaseSync(`${folder}/kaigui.sqlite`, { readOnly: true });
      // A plain object each, as from Postgres.
      return Promise.resolve(file.prepare(sql).all().map((row) => ({ ...row }) as Row));
    },
  };
}

async function postgresDatabase(
  stack: AsyncDisposableStack,
  { folder, create }: { folder: string; create: (server: string) => Promise<string> },
): Promise<TestDatabase> {
  const server = Deno.env.get(SERVER);
  if (!server) {
    throw new Error(`No Postgres to test on: ${PostgresServer.missing() ?? `${SERVER} is not set`}`);
  }
  const url = await create(server);
  stack.defer(() => dropDatabase(server, url));
  return {
    kind: "postgres",
    place: { folder, url },
    env: { DATABASE_URL: url, SESSION_SECRET: "session-secret-of-the-tests" },
    query: (sql) => ask(url, sql),
  };
}
