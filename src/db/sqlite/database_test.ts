import { deepEqual, equal, ok } from "node:assert/strict";
import { sql } from "kysely";
import { tempFolder } from "../../../testing/folders.ts";
import { isDatabaseUnavailable } from "../availability.ts";
import { type Database, openDatabase, type Tables } from "../mod.ts";
import { openReadOnly } from "../read_only.ts";

/** SQLite's value of `temp_store = memory`. */
const MEMORY = 2;

async function tempStoreOf(tables: Tables): Promise<number | undefined> {
  const { rows: [row] } = await sql<{ temp_store: number }>`pragma temp_store`.execute(tables);
  return row?.temp_store;
}

/** From now on the file may not grow: the next new page finds a full disk. */
async function fill({ tables }: Database): Promise<void> {
  const { rows: [size] } = await sql<{ page_count: number }>`pragma page_count`.execute(tables);
  await sql`pragma max_page_count = ${sql.lit(size?.page_count ?? 1)}`.execute(tables);
}

const person = (id: string) => ({
  id,
  kind: "guest",
  name: "x".repeat(10_000),
  created_at: 0,
  sessions_from: 0,
} as const);

Deno.test("SQLite makes no temporary files, whether it is opened to write or to read", async () => {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await tempFolder());
  const db = stack.use(await openDatabase({ folder }));
  const reading = stack.use(await openReadOnly({ folder }));
  deepEqual([await tempStoreOf(db.tables), await tempStoreOf(reading)], [MEMORY, MEMORY]);
});

Deno.test("work on a full disk rejects with that error, and not with the rollback's", async () => {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await tempFolder());
  const db = stack.use(await openDatabase({ folder }));
  await fill(db);
  const adding = (...ids: string[]) =>
    db.writer.transaction(async (trx) => {
      for (const id of ids) await trx.insertInto("people").values(person(id)).execute();
    });
  const outcomes = await Promise.allSettled([adding("a", "b", "c"), adding("d")]);
  for (const outcome of outcomes) {
    ok(outcome.status === "rejected" && isDatabaseUnavailable(outcome.reason), JSON.stringify(outcome));
    equal(outcome.reason.message, "database or disk is full");
  }
  await sql`pragma max_page_count = 1000000`.execute(db.tables);
  await adding("a", "b", "c");
  equal((await db.tables.selectFrom("people").select("id").execute()).length, 3);
});
