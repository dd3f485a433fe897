import { removeFolder } from "../lib/remove_folder.ts";
import { equal, rejects, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import { isDatabaseUnavailable, isLocked, markConnectionError } from "./availability.ts";
import { QueueFullError } from "./group_commit.ts";
import { openDatabase } from "./mod.ts";
import { testOnPostgres } from "../../testing/servers/databases.ts";

const fromServer = (code: string) => Object.assign(new Error("said"), { code, severity: "ERROR" });
const fromNetwork = (code: string) => Object.assign(new Error("said"), { code });

Deno.test({
  name:
    "isDatabaseUnavailable() recognizes a server that is gone, full, stopping, too slow or only a standby",
  permissions: "none",
  fn() {
    const away = ["08006", "08P01", "28P01", "3D000", "53300", "57P01", "57P03", "57014", "25006", "40001"];
    const stoodStill = ["25P03", "25P04"];
    for (const code of [...away, ...stoodStill]) equal(isDatabaseUnavailable(fromServer(code)), true, code);
  },
});

Deno.test({
  name: "isDatabaseUnavailable() is false for wrong statements and mistakes of the program",
  permissions: "none",
  fn() {
    for (const code of ["22021", "23505", "42P01", "42601", "57000"]) {
      equal(isDatabaseUnavailable(fromServer(code)), false, code);
    }
    const others = [
      new Error("Oops"),
      new TypeError("Cannot read properties"),
      fromNetwork("ENOENT"),
      fromNetwork("08006"),
    ];
    for (const error of [...others, "Connection terminated", undefined, null]) {
      equal(isDatabaseUnavailable(error), false);
    }
  },
});

Deno.test({
  name:
    "isDatabaseUnavailable() recognizes the network's errors of connections to a database, also as a cause, and of no others",
  permissions: "none",
  fn() {
    const refused = markConnectionError(fromNetwork("ECONNREFUSED"));
    for (const code of ["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE"]) {
      equal(isDatabaseUnavailable(markConnectionError(fromNetwork(code))), true, code);
      equal(isDatabaseUnavailable(fromNetwork(code)), false, code);
    }
    const several = new AggregateError([new Error("one"), fromNetwork("ECONNREFUSED")]);
    equal(isDatabaseUnavailable(several), false);
    equal(isDatabaseUnavailable(markConnectionError(several)), true);
    equal(
      isDatabaseUnavailable(new Error("Cannot open", { cause: new Error("why", { cause: refused }) })),
      true,
    );
    const circle = new Error("circle");
    circle.cause = circle;
    equal(isDatabaseUnavailable(circle), false);
  },
});

Deno.test({
  name: "isDatabaseUnavailable() recognizes the messages of the driver and the queue",
  permissions: "none",
  fn() {
    const messages = [
      "Connection terminated unexpectedly",
      "Connection terminated due to connection timeout",
      "timeout exceeded when trying to connect",
      "timeout expired",
      "Query read timeout",
      "Client has encountered a connection error and is not queryable",
    ];
    for (const message of messages) equal(isDatabaseUnavailable(new Error(message)), true, message);
    equal(isDatabaseUnavailable(new QueueFullError("Cannot write")), true);
  },
});

Deno.test("isDatabaseUnavailable() recognizes SQLite's file held by another, out of reach or closed, but no wrong statement", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using holder = new DatabaseSync(`${folder}/held.sqlite`);
    using waiting = new DatabaseSync(`${folder}/held.sqlite`, { timeout: 1 });
    holder.exec("begin immediate");
    throws(() => waiting.exec("begin immediate"), (error) => isDatabaseUnavailable(error) && isLocked(error));
    throws(
      () => new DatabaseSync(`${folder}/none/kaigui.sqlite`),
      (error) => isDatabaseUnavailable(error) && !isLocked(error),
    );
    holder.exec("create table things (id text); commit");
    using reading = new DatabaseSync(`${folder}/held.sqlite`, { readOnly: true });
    throws(
      () => reading.exec("insert into things values ('1')"),
      isDatabaseUnavailable,
      "a file that cannot be written",
    );
    throws(() => waiting.exec("select nothing"), (error) => !isDatabaseUnavailable(error));
    const closed = new DatabaseSync(`${folder}/closed.sqlite`);
    closed.close();
    throws(() => closed.prepare("select 1"), isDatabaseUnavailable);
  } finally {
    await removeFolder(folder);
  }
});

Deno.test("isDatabaseUnavailable() recognizes a database that was closed under a reader", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const db = await openDatabase({ folder });
    await db[Symbol.asyncDispose]();
    const error = await db.tables.selectFrom("acts").selectAll().execute().catch((error: unknown) => error);
    equal(isDatabaseUnavailable(error), true, String(error));
  } finally {
    await removeFolder(folder);
  }
});

testOnPostgres(
  "isDatabaseUnavailable() recognizes that the server ended a transaction while the program stood still",
  async ({ place }, stack) => {
    const db = stack.use(await openDatabase(place));
    let error: unknown;
    const transaction = db.tables.transaction().execute(async (trx) => {
      await sql`set local idle_in_transaction_session_timeout = 50`.execute(trx);
      for (const end = performance.now() + 500; performance.now() < end;);
      error = await sql`select 1`.execute(trx).catch((error: unknown) => error);
    });
    await rejects(transaction, isDatabaseUnavailable);
    equal(isDatabaseUnavailable(error), true, String(error));
    equal((await sql`select 1`.execute(db.tables)).rows.length, 1, "another connection is used");
  },
);
