/**
 * What the other rooms rely on in both databases, and Postgres when it becomes unavailable and recovers.
 *
 * @module
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { sql } from "kysely";
import { migrations } from "../../migrations/mod.ts";
import {
  type CommandTable,
  type Database,
  isDatabaseUnavailable,
  migrate,
  openDatabase,
  type Schema,
} from "../../src/db/mod.ts";
import { insertPerson } from "../../src/db/queries/people.ts";
import { DATABASE } from "../../src/lib/limits.ts";
import { testOnEach } from "../../testing/servers/databases.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { ROOT, tempFolder } from "../../testing/folders.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { PostgresServer } from "../../testing/servers/postgres.ts";
import type { CommandState } from "../../src/cabinet/kinds.ts";
import { testUnless, whyLeftOut } from "../../testing/test_run.ts";

const ID = "00000000-0000-4000-8000-000000000001";

function person(id: string): Schema["people"] {
  return {
    id,
    kind: "guest",
    name: id,
    picture: null,
    created_at: 1,
    number: null,
    sessions_from: 0,
    leaving_at: null,
  };
}

function command(id: string): CommandTable & { organization: string } {
  const row = {
    id,
    organization: "main",
    cabinet: "cab",
    cell: 1,
    command: "open",
    state: "requested",
    by: "operator",
  } as const;
  const times = {
    requested_at: 1_764_000_000_000,
    sent_at: null,
    sent_epoch: null,
    finished_at: null,
    origin: null,
  };
  return { ...row, ...times, reason: null, note: null, rental: null };
}

/** The write before a command's bytes are sent. */
function sent(id: string, epoch = 1) {
  return { type: "sent", id, at: 2, cabinet: "cab", epoch } as const;
}

/** How the command ended, when it was asked for at once with others. */
function finish(id: string, from: readonly CommandState[]) {
  return { type: "finish", id, at: 3, state: "opened", reason: null, from } as const;
}

async function peopleIn(db: Database): Promise<string[]> {
  const rows = await db.tables.selectFrom("people").select("id").orderBy("id").execute();
  return rows.map(({ id }) => id);
}

/** Whether the database answers a typical query. */
async function answers(db: Database): Promise<boolean> {
  try {
    await peopleIn(db);
    return true;
  } catch (error) {
    ok(isDatabaseUnavailable(error), `said to be away, not ${error}`);
    return false;
  }
}

testOnEach("openDatabase() brings the database up to date once", async ({ place, query }, stack) => {
  const first = stack.use(await openDatabase(place));
  deepEqual(await migrate(first.tables), []);
  await first[Symbol.asyncDispose]();
  const second = stack.use(await openDatabase(place));
  deepEqual(await migrate(second.tables), []);
  const rows = await query<{ name: string }>("select name from kysely_migration order by name");
  deepEqual(rows.map(({ name }) => name), Object.keys(migrations));
}, { isEmpty: true });

testOnEach("a time in milliseconds and a count are numbers", async ({ place, query }, stack) => {
  const db = stack.use(await openDatabase(place));
  await db.writer.command({ type: "insert", row: command(ID) });
  const read = await db.tables.selectFrom("commands").select(["requested_at", "sent_at"]).execute();
  deepEqual(read, [{ requested_at: 1_764_000_000_000, sent_at: null }]);
  deepEqual(await query("select count(*) as n, max(requested_at) as at from commands"), [
    { n: 1, at: 1_764_000_000_000 },
  ]);
});

testOnEach("work that throws is undone, and the work beside it is done", async ({ place }, stack) => {
  const db = stack.use(await openDatabase(place));
  const throwing = db.writer.transaction(async (trx) => {
    await insertPerson(trx, person("a"));
    throw new RangeError("no");
  });
  const wrong = db.writer.transaction(async (trx) => {
    await insertPerson(trx, person("b"));
    await insertPerson(trx, person("b"));
  });
  const good = db.writer.transaction(async (trx) => {
    await insertPerson(trx, person("c"));
    return "done";
  });
  await Promise.all([
    rejects(throwing, RangeError),
    rejects(wrong, (error) => !isDatabaseUnavailable(error)),
  ]);
  equal(await good, "done");
  deepEqual(await peopleIn(db), ["c"]);
});

testOnEach("an insert of a known id has no effect", async ({ place }, stack) => {
  const { writer, tables } = stack.use(await openDatabase(place));
  const insert = () => writer.command({ type: "insert", row: command(ID) });
  deepEqual(await Promise.all([insert(), insert()]), ["taken", "late"]);
  equal(await writer.command({ type: "insert", row: { ...command(ID), cell: 2 } }), "late");
  deepEqual(await tables.selectFrom("commands").select("cell").execute(), [{ cell: 1 }]);
});

testOnEach("a command is sent from `requested` only, once, and ends once", async ({ place }, stack) => {
  const { writer, tables } = stack.use(await openDatabase(place));
  equal(await writer.command(sent(ID)), "late", "there is none");
  equal(await writer.command({ type: "insert", row: command(ID) }), "taken");
  equal(await writer.command(finish(ID, ["sent"])), "late", "it is not sent yet");
  const twice = [writer.command(sent(ID)), writer.command(sent(ID))];
  deepEqual(await Promise.all(twice), ["taken", "late"], "once, also at once");
  equal(await writer.command(sent(ID)), "late", "it is sent already");
  equal(await writer.command(finish(ID, ["sent"])), "taken");
  equal(await writer.command(finish(ID, ["sent"])), "late", "it is over");
  equal(await writer.command(sent(ID)), "late", "it is over");
  const times = await tables.selectFrom("commands").select(["state", "sent_at", "finished_at"]).execute();
  deepEqual(times, [{ state: "opened", sent_at: 2, finished_at: 3 }]);
});

testOnEach("an insert and its sending in one batch become one sent command", async ({ place }, stack) => {
  const { writer, tables } = stack.use(await openDatabase(place));
  const inserted = writer.command({ type: "insert", row: command(ID) });
  deepEqual(await Promise.all([inserted, writer.command(sent(ID))]), ["taken", "taken"]);
  const rows = await tables.selectFrom("commands").select(["state", "sent_at"]).execute();
  deepEqual(rows, [{ state: "sent", sent_at: 2 }]);
});

testOnEach("hundreds of commands at once each keep their order", async ({ place }, stack) => {
  const { writer, tables } = stack.use(await openDatabase(place));
  const ids = Array.from({ length: 700 }, () => crypto.randomUUID());
  const writes = ids.flatMap((id) => [
    writer.command({ type: "insert", row: command(id) }),
    writer.command(sent(id)),
    writer.command(finish(id, ["sent"])),
  ]);
  equal((await Promise.all(writes)).every((effect) => effect === "taken"), true);
  const states = await tables.selectFrom("commands").select("state").distinct().execute();
  deepEqual(states, [{ state: "opened" }]);
});

/** A test with its own server, which it may stop. */
function testWithServer(
  name: string,
  body: (server: PostgresServer, stack: AsyncDisposableStack) => Promise<void>,
): void {
  testUnless(whyLeftOut(PostgresServer.missing()), name, async () => {
    await using stack = new AsyncDisposableStack();
    await body(stack.use(await PostgresServer.start()), stack);
  });
}

/** An open database on that server, and the reported failures of idle connections. */
async function openOn(server: PostgresServer, stack: AsyncDisposableStack) {
  const url = await server.createDatabase();
  const failures: unknown[] = [];
  const options = { failed: (error: unknown) => void failures.push(error) };
  return { db: stack.use(await openDatabase({ folder: "", url }, options)), failures };
}

testWithServer(
  "programs that open an empty Postgres at once all find it up to date",
  async (server, stack) => {
    const place = { folder: "", url: await server.createDatabase() };
    const opened = await Promise.all(Array.from({ length: 4 }, () => openDatabase(place)));
    for (const db of opened) stack.use(db);
    const rows = await server.query("select name from kysely_migration", place.url);
    equal(rows.length, Object.keys(migrations).length);
  },
);

testWithServer("killed connections fail what was under way and nothing later", async (server, stack) => {
  const { db, failures } = await openOn(server, stack);
  const asked = Array.from({ length: 10 }, () => sql`select pg_sleep(60)`.execute(db.tables));
  const lost = Promise.all(asked.map((query) => rejects(query, isDatabaseUnavailable)));
  const sleeping = "select 1 from pg_stat_activity where wait_event = 'PgSleep'";
  await until(async () => (await server.query(sleeping)).length === asked.length);
  await server.killBackends();
  await lost;
  deepEqual(await peopleIn(db), []);
  await Promise.all(Array.from({ length: 10 }, () => peopleIn(db)));
  const idle = await server.query("select 1 from pg_stat_activity where application_name = 'kaigui'");
  await server.killBackends();
  await until(() => failures.length === idle.length, { saw: () => failures });
  equal(await db.writer.command({ type: "insert", row: command(ID) }), "taken");
});

testWithServer("a connection that is killed within a transaction undoes it", async (server, stack) => {
  const { db } = await openOn(server, stack);
  const work = db.writer.transaction(async (trx) => {
    await insertPerson(trx, person("a"));
    await server.killBackends();
    await insertPerson(trx, person("b"));
  });
  await rejects(work, isDatabaseUnavailable);
  await db.writer.transaction((trx) => insertPerson(trx, person("c")));
  deepEqual(await peopleIn(db), ["c"]);
});

testWithServer(
  "a connection that is killed while work is idle in its transaction does not end the process",
  async (server, stack) => {
    const { db } = await openOn(server, stack);
    const [killed, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const work = db.writer.transaction(async (trx) => {
      await insertPerson(trx, person("a"));
      await server.killBackends();
      killed.resolve();
      await gone.promise;
      await insertPerson(trx, person("b"));
    });
    await killed.promise;
    // When a new connection has got an answer, the end of the old one has been reported.
    await until(() => answers(db));
    gone.resolve();
    await rejects(work, isDatabaseUnavailable);
    deepEqual(await peopleIn(db), []);
  },
);

for (const mode of ["fast", "immediate"] as const) {
  testWithServer(`a server that is stopped (${mode}) and started serves on`, async (server, stack) => {
    const { db } = await openOn(server, stack);
    await db.writer.transaction((trx) => insertPerson(trx, person("a")));
    await server.stop(mode);
    await rejects(peopleIn(db), isDatabaseUnavailable);
    await rejects(db.writer.transaction((trx) => insertPerson(trx, person("b"))), isDatabaseUnavailable);
    await rejects(db.writer.command({ type: "insert", row: command(ID) }), isDatabaseUnavailable);
    await server.startAgain();
    await until(() => answers(db));
    await db.writer.transaction((trx) => insertPerson(trx, person("c")));
    equal(await db.writer.command({ type: "insert", row: command(ID) }), "taken");
    deepEqual(await peopleIn(db), ["a", "c"]);
  });
}

testWithServer(
  "transactions that deadlock are tried again until all are done",
  async (server, stack) => {
    const { db } = await openOn(server, stack);
    for (const id of ["a", "b"]) await db.writer.transaction((trx) => insertPerson(trx, person(id)));
    const both = Promise.withResolvers<void>();
    let arrived = 0;
    const rename = (first: string, second: string) =>
      db.writer.transaction(async (trx) => {
        const set = (id: string) =>
          trx.updateTable("people").set({ name: first }).where("id", "=", id).execute();
        await set(first);
        if (++arrived === 2) both.resolve();
        await both.promise;
        await set(second);
      });
    await Promise.all([rename("a", "b"), rename("b", "a")]);
    equal(arrived, 3);
  },
);

testWithServer(
  "openDatabase() waits for a server that starts a little later, and reports that",
  async (server, stack) => {
    const url = await server.createDatabase();
    await server.stop();
    // Until the server runs, a listener that closes connections stands in for it, so that one try fails at least.
    const { hostname, port } = new URL(url);
    const wechat = stack.use(Deno.listen({ hostname, port: Number(port) }));
    const told: unknown[] = [];
    const opening = openDatabase({ folder: "", url }, { failed: (error) => told.push(error) });
    (await wechat.accept()).close();
    wechat.close();
    await server.startAgain();
    const db = stack.use(await opening);
    deepEqual(await peopleIn(db), []);
    ok(told.length > 0 && told.every(isDatabaseUnavailable), "what it waits for is reported");
  },
);

testWithServer(
  "openDatabase() does not wait where waiting does not help, and leaves the password out of its error",
  async (server) => {
    const right = server.url();
    const { password } = new URL(right);
    const wrong = {
      "password": right.replace(password, "wrong-password"),
      "no password": right.replace(`:${password}`, ""),
      "user": right.replace("//kaigui", "//somebody"),
      "database": server.url("none"),
      "encryption": `${right}?sslmode=verify-full`,
    };
    for (const [what, url] of Object.entries(wrong)) {
      const since = Date.now();
      await rejects(openDatabase({ folder: "", url }), (error) => {
        ok(error instanceof Error);
        const told = Deno.inspect(error);
        equal(told.includes(password) || told.includes("wrong-password"), false, told);
        return true;
      }, what);
      ok(Date.now() - since < DATABASE.startMs / 2, `${what}: ${Date.now() - since} ms`);
    }
  },
);

testOnEach(
  "the program keeps what it was told, with no more permissions than its own",
  async (database, stack) => {
    const { place, env } = database;
    const first = stack.use(await Program.start(place.folder, env));
    await putCabinet(first, "cab");
    equal((await first.end("SIGTERM")).code, 0);
    const second = stack.use(await Program.start(place.folder, env));
    equal((await api(second, "GET", "/cabinets/cab")).body.name, "cab");
    deepEqual(await database.query("select id from cabinets"), [{ id: "cab" }]);
  },
  { isEmpty: true },
);

testWithServer("the program says why it cannot use Postgres, and no password", async (server, stack) => {
  const folder = stack.use(await tempFolder());
  const env = {
    DATA_DIR: folder.path,
    DATABASE_URL: server.url("none"),
    SESSION_SECRET: "secret-of-the-tests",
  };
  const program = stack.use(Program.launch(env));
  equal((await program.process.status).code, 1);
  await program.end("SIGKILL");
  const { host, password } = new URL(server.url());
  const why = `Cannot use DATABASE_URL: the database at ${host} refuses (database "none" does not exist)`;
  equal(program.said.at(-1), why);
  equal([...program.out, ...program.err].join("\n").includes(password), false);
});

testWithServer(
  "kaigui migrate needs no more permissions than the command line has",
  async (server, stack) => {
    const folder = stack.use(await tempFolder());
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-P=cli", `--allow-read=${folder.path}`, "src/cli/main.ts", "migrate"],
      cwd: ROOT,
      env: { DATA_DIR: folder.path, DATABASE_URL: await server.createDatabase() },
      stdin: "null",
    }).output();
    deepEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
    match(new TextDecoder().decode(stdout), /^ran 0001_\w+\n[^]* is up to date\n$/);
  },
);
