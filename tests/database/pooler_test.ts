/**
 * Postgres in other configurations: behind a pooler that gives each transaction another session, and with settings of a
 * role or a server that break what Kaigui promises.
 *
 * @module
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { sql } from "kysely";
import { migrations } from "../../migrations/mod.ts";
import { type Database, DatabaseUnavailableError, migrateDatabase, openDatabase } from "../../src/db/mod.ts";
import { DATABASE } from "../../src/lib/limits.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { PgBouncer, type PoolMode } from "../../testing/servers/pgbouncer.ts";
import { PostgresServer } from "../../testing/servers/postgres.ts";
import { testUnless, whyLeftOut } from "../../testing/test_run.ts";

/** Unsuitable settings of a role. The limits are long, since the tests' own statements run as that role, too. */
const ROLE = {
  synchronous_commit: "off",
  statement_timeout: "47s",
  lock_timeout: "46s",
  idle_in_transaction_session_timeout: "45s",
  default_transaction_isolation: "serializable",
};

const SEEN = [
  "synchronous_commit",
  "statement_timeout",
  "lock_timeout",
  "idle_in_transaction_session_timeout",
];

type Body = (server: PostgresServer, stack: AsyncDisposableStack) => Promise<void>;

function testWith(missing: string | undefined, { name, body }: { name: string; body: Body }): void {
  testUnless(whyLeftOut(missing), name, async () => {
    await using stack = new AsyncDisposableStack();
    await body(stack.use(await PostgresServer.start()), stack);
  });
}

const testOnServer = (name: string, body: Body) => testWith(PostgresServer.missing(), { name, body });
const testOnPooler = (name: string, body: Body) => testWith(PgBouncer.missing(), { name, body });

/** A new database, and its URL through a pooler. */
async function pooled(server: PostgresServer, stack: AsyncDisposableStack, mode: PoolMode = "transaction") {
  const url = await server.createDatabase();
  return { url, way: stack.use(await PgBouncer.start(server, mode)).through(url) };
}

async function setRole(server: PostgresServer, settings: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) {
    await server.query(`alter role kaigui set ${name} = '${value}'`);
  }
}

/** The settings within a transaction of the program. */
async function seenBy(db: Database): Promise<Record<string, string>> {
  return await db.writer.transaction(async (trx) => {
    const { rows } = await sql<{ name: string; value: string }>`
      select name, current_setting(name) as value from unnest(${SEEN}::text[]) as name
      union all select 'transaction_isolation', current_setting('transaction_isolation')`.execute(trx);
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  });
}

const OURS = {
  synchronous_commit: "on",
  statement_timeout: `${DATABASE.answerMs / 1000}s`,
  lock_timeout: "0",
  idle_in_transaction_session_timeout: `${2 * DATABASE.answerMs / 1000}s`,
  transaction_isolation: "read committed",
};

for (const way of ["direct", "pooled"] as const) {
  const test = way === "direct" ? testOnServer : testOnPooler;
  test(`a role's settings hold in no transaction of ours (${way})`, async (server, stack) => {
    await setRole(server, ROLE);
    const url = way === "direct" ? await server.createDatabase() : (await pooled(server, stack)).way;
    const db = stack.use(await openDatabase({ folder: "", url }));
    deepEqual(await seenBy(db), OURS);
    // The pooler gives clients that stay connected to it other sessions.
    await server.killBackends();
    await until(() => seenBy(db).then(() => true, () => false));
    const seen = await Promise.all(Array.from({ length: 20 }, () => seenBy(db)));
    deepEqual(seen, seen.map(() => OURS));
  });
}

testOnServer("a stronger synchronous_commit than ours stays", async (server, stack) => {
  await setRole(server, { synchronous_commit: "remote_apply" });
  const db = stack.use(await openDatabase({ folder: "", url: await server.createDatabase() }));
  equal((await seenBy(db))["synchronous_commit"], "remote_apply");
});

testOnServer("a statement without a transaction ends in time", async (server, stack) => {
  const url = await server.createDatabase();
  const db = stack.use(await openDatabase({ folder: "", url }));
  const { rows } = await sql`select current_setting('statement_timeout') as timeout`.execute(db.tables);
  deepEqual(rows, [{ timeout: OURS.statement_timeout }]);
});

testOnPooler("sessions of a pooler are left unchanged for its other clients", async (server, stack) => {
  const { url, way } = await pooled(server, stack);
  const show =
    "select current_setting('statement_timeout') as timeout, current_setting('lock_timeout') as lock";
  const db = stack.use(await openDatabase({ folder: "", url: way }));
  await Promise.all(Array.from({ length: 20 }, () => seenBy(db)));
  const others = await Promise.all(Array.from({ length: 20 }, () => server.query(show, way)));
  deepEqual(others, others.map(() => [{ timeout: "0", lock: "0" }]));
  deepEqual(await server.query("select 1 from pg_locks where locktype = 'advisory'", url), []);
});

testOnPooler(
  "programs that open an empty database at once behind a pooler leave no lock",
  async (server, stack) => {
    const { url, way } = await pooled(server, stack);
    for (let round = 0; round < 5; round++) {
      const opened = await Promise.all(
        Array.from({ length: 4 }, () => openDatabase({ folder: "", url: way })),
      );
      for (const db of opened) await db[Symbol.asyncDispose]();
      deepEqual(await server.query("select 1 from pg_locks where locktype = 'advisory'", url), []);
    }
    const rows = await server.query("select name from kysely_migration", url);
    equal(rows.length, Object.keys(migrations).length);
  },
);

testOnPooler(
  "a pooler that splits transactions is refused at once, with a clear error",
  async (server, stack) => {
    const { way } = await pooled(server, stack, "statement");
    const since = Date.now();
    await rejects(openDatabase({ folder: "", url: way }), (error) => {
      ok(error instanceof DatabaseUnavailableError);
      match(error.message, /pooler.*transaction mode/);
      return true;
    });
    ok(Date.now() - since < DATABASE.startMs / 2);
  },
);

testOnServer("a database that is read-only is refused with a clear error", async (server) => {
  const url = await server.createDatabase();
  await migrateDatabase({ folder: "", url });
  await setRole(server, { default_transaction_read_only: "on" });
  await rejects(migrateDatabase({ folder: "", url }), (error) => {
    ok(error instanceof DatabaseUnavailableError);
    match(error.message, /it is read-only/);
    return true;
  });
});

for (const setting of ["fsync", "full_page_writes"]) {
  testOnServer(`a server with ${setting} off is reported`, async (server, stack) => {
    const url = await server.createDatabase();
    await server.query(`alter system set ${setting} = off`);
    await server.query("select pg_reload_conf()");
    await until(async () => {
      const [row] = await server.query<{ value: string }>(`select current_setting('${setting}') as value`);
      return row?.value === "off";
    });
    const failures: unknown[] = [];
    stack.use(await openDatabase({ folder: "", url }, { failed: (error) => failures.push(error) }));
    match(`${failures}`, new RegExp(`${setting}.*off`));
  });
}

testOnPooler("a program behind a pooler opens doors, and another one takes over", async (server, stack) => {
  await setRole(server, ROLE);
  const { way } = await pooled(server, stack);
  const folder = stack.use(await tempFolder());
  const env = { DATABASE_URL: way, SESSION_SECRET: "the secret of the tests of a pooler", ISOLATES: "2" };
  for (const cell of [1, 2]) {
    const program = stack.use(await Program.start(folder.path, env));
    if (cell === 1) await putCabinet(program, "cab");
    const device = stack.use(await Device.connect(program, "REG-cab"));
    await until(async () => (await api(program, "GET", "/cabinets/cab")).body.online === true);
    const page = stack.use(await Page.open(program, "cab", await guestCookie(program, "cab")));
    equal((await page.outcome(page.tap(cell)))["state"], "opened");
    equal(device.opens.length, 1);
    equal((await program.end("SIGTERM")).code, 0);
  }
});
