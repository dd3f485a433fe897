import { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import { migrations } from "../../migrations/mod.ts";
import { dialectOf } from "./mod.ts";
import type { DatabaseLocation } from "./database.ts";
import type { Schema, Tables } from "./schema.ts";
import { sqliteDialect } from "./sqlite/database.ts";

/**
 * Opens the database only to read it, beside a service that may be running: nothing is made, changed or locked.
 * It is closed when it is disposed of.
 *
 * @throws {Error} if it cannot be opened, or has not the tables of this version
 */
export async function openForReading(place: DatabaseLocation): Promise<Tables> {
  const tables = new Kysely<Schema>({
    // A connection that breaks fails the statement that was using it; that is soon enough.
    dialect: place.url
      ? await dialectOf(place, { failed: () => {} })
      : sqliteDialect(`${place.folder}/kaigui.sqlite`, { readOnly: true }),
  });
  try {
    await mustBeUpToDate(tables);
    return tables;
  } catch (error) {
    await tables.destroy();
    throw error;
  }
}

async function mustBeUpToDate(db: Tables): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  const missing = (await migrator.getMigrations()).find(({ executedAt }) => !executedAt);
  if (missing) throw new Error(`The database is older than this program: ${missing.name} has not run on it`);
}
