/**
 * The database: opening it, its tables, and the writes that commit together.
 *
 * @module
 */
import { Kysely } from "kysely";
import { migrate } from "./migrate.ts";
import type { Schema } from "./schema.ts";
import { sqliteDialect } from "./sqlite.ts";

export { GroupCommit, QueueFullError } from "./group_commit.ts";
export { migrate } from "./migrate.ts";
export type { CabinetTable, CellTable, CommandTable, PersonTable, Schema } from "./schema.ts";

/** An open database. */
export type Database = Kysely<Schema>;

/**
 * Opens the SQLite database in that folder, which must exist, and brings it up to date.
 *
 * @throws {Error} if it cannot be opened, written or brought up to date
 */
export async function openDatabase(folder: string): Promise<Database> {
  const db = new Kysely<Schema>({ dialect: sqliteDialect(`${folder}/kaigui.sqlite`) });
  await migrate(db);
  return db;
}
