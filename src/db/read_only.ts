import { Kysely } from "kysely";
import type { DatabaseLocation } from "./database.ts";
import { dialectOf, sqliteFile } from "./open.ts";
import type { Schema, Tables } from "./schema.ts";
import { sqliteDialect } from "./sqlite/database.ts";
import { migratorOf } from "./upgrade/migrate.ts";

/**
 * Opens the database to read only, while a service may be using it: nothing is created, changed or locked. Disposing of
 * it closes it.
 *
 * @throws {Error} if it cannot be opened, or lacks a migration of this version
 */
export async function openReadOnly(location: DatabaseLocation): Promise<Tables> {
  const tables = new Kysely<Schema>({
    // A connection that breaks fails the statement that uses it, so no report of it is needed.
    dialect: location.url
      ? await dialectOf(location, { failed: () => {} })
      : sqliteDialect(sqliteFile(location), { readOnly: true }),
  });
  try {
    await assertUpToDate(tables);
    return tables;
  } catch (error) {
    await tables.destroy();
    throw error;
  }
}

async function assertUpToDate(db: Tables): Promise<void> {
  const missing = (await migratorOf(db).getMigrations()).find(({ executedAt }) => !executedAt);
  if (missing) throw new Error(`The database is older than this program: ${missing.name} has not run on it`);
}
