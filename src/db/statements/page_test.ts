import { deepEqual } from "node:assert/strict";
import { setImmediate } from "node:timers";
import { testOnSqlite } from "../../../testing/servers/databases.ts";
import { DATABASE } from "../../lib/limits.ts";
import { openDatabase } from "../mod.ts";
import { readPart } from "./page.ts";

testOnSqlite("readPart() leaves other work its turn between two statements", async ({ place }, stack) => {
  const db = stack.use(await openDatabase(place));
  const person = { kind: "guest" as const, name: "", sessions_from: 0 };
  const people = Array.from({ length: 3 * DATABASE.scanChunk }, (_, created_at) => ({
    ...{ id: crypto.randomUUID(), created_at, ...person },
  }));
  await db.writer.transaction((trx) => trx.insertInto("people").values(people).execute());
  const query = db.tables.selectFrom("people").selectAll();
  let hadTurn = false;
  setImmediate(() => hadTurn = true);
  const { items } = await readPart(query, { order: ["created_at", "id"], limit: 10, keep: () => false });
  deepEqual([items, hadTurn], [[], true]);
});
