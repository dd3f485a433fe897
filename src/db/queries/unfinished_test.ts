/**
 * What has not ended is found by the index that has it alone: SQLite takes none whose condition has a parameter, and reads
 * the whole history then.
 */
import { deepEqual } from "node:assert/strict";
import { type CompiledQuery, Kysely, sql } from "kysely";
import { hasUnfinishedCommand, lockUnfinished } from "../journal/commands.ts";
import { migrate } from "../mod.ts";
import type { Schema, Tables } from "../schema.ts";
import { sqliteDialect } from "../sqlite/database.ts";
import { activeRentalsOf, lockActiveRentals, rentalsOf, returningAfter } from "./rentals.ts";

const READS: readonly [index: string, read: (db: Tables) => Promise<unknown>][] = [
  ["commands_unfinished", (db) => lockUnfinished(db, { before: 1, limit: 1 })],
  ["commands_unfinished", (db) => hasUnfinishedCommand(db, "rental")],
  ["rentals_active", (db) => activeRentalsOf(db, { cabinet: "cab", person: "p" })],
  ["rentals_active rentals_picking", (db) => rentalsOf(db, "cab", "p")],
  ["rentals_active", (db) => lockActiveRentals(db, "cab", 1)],
  ["rentals_returning", (db) => returningAfter(db, { after: { at: 1, id: "a" }, limit: 1 })],
];

Deno.test("what has not ended is found by its own index on SQLite", async () => {
  const asked: CompiledQuery[] = [];
  await using db = new Kysely<Schema>({
    dialect: sqliteDialect(":memory:"),
    log: ({ query }) => void asked.push(query),
  });
  await migrate(db);
  for (const [index, read] of READS) {
    asked.length = 0;
    await read(db);
    const plans = [];
    for (const query of asked.slice()) plans.push(await indexOf(db, query));
    deepEqual(plans.join(" "), index);
  }
});

/** The index that is searched; other steps in SQLite's words. */
async function indexOf(db: Kysely<Schema>, { sql: text, parameters }: CompiledQuery): Promise<string> {
  const { rows } = await db.executeQuery<{ detail: string }>({
    ...sql`select 1`.compile(db),
    sql: `explain query plan ${text}`,
    parameters,
  });
  const steps = rows.map(({ detail }) => /USING (?:COVERING )?INDEX (\w+)/.exec(detail)?.[1] ?? detail);
  return steps.filter((step) => step !== "USE TEMP B-TREE FOR ORDER BY").join(" ");
}
