import { deepEqual, equal } from "node:assert/strict";
import { tempFolder } from "../../testing/folders.ts";
import { until } from "../../testing/until.ts";
import { openDatabase, writeCheck } from "../db/mod.ts";
import { SqliteThread } from "../db/sqlite/thread.ts";
import * as jobs from "./jobs.ts";

const MODULE = new URL("../app/database_thread.ts", import.meta.url);
/** The test runner checks the types of a worker before it starts. */
const STARTED_MS = 60_000;

Deno.test("JOBS has every job of this module, each under a name of its own", () => {
  const { JOBS, ...own } = jobs;
  for (const job of Object.values(own)) equal(JOBS.includes(job), true, job.name);
  deepEqual(JOBS.length, new Set(JOBS.map(({ name }) => name)).size);
});

Deno.test("the database's thread does jobs in their order, tells of one that it does not know, and goes on", async () => {
  await using folder = await tempFolder();
  await using db = await openDatabase({ folder: folder.path });
  using thread = new SqliteThread(`${folder.path}/kaigui.sqlite`, MODULE);
  await until(() => thread.isReady, { deadlineMs: STARTED_MS });
  const at = async () =>
    (await db.tables.selectFrom("used").select("until").execute()).map((row) => row.until);
  const unknown = thread.run({ ...writeCheck, name: "unheard-of" }, { at: 3 });
  const known = [thread.run(writeCheck, { at: 1 }), thread.run(writeCheck, { at: 2 })];
  equal(await unknown.catch(({ message }) => message), "There is no job unheard-of");
  await Promise.all(known);
  deepEqual(await at(), [2]);
});
