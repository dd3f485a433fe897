import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import { migrations } from "../../migrations/mod.ts";
import { numberOldEvents } from "./event_order.ts";

/**
 * Brings the database to the newest schema and names what ran. Several processes may start at once: one of them does
 * it, the others wait. What a migration leaves to be done in steps is done behind it.
 *
 * @throws {Error} if a migration fails, with its name; on Postgres none has run then, on SQLite those before it stay
 */
export async function migrate<Schema>(db: Kysely<Schema>): Promise<string[]> {
  const names = db.getExecutor().adapter.supportsTransactionalDdl
    ? await migrateAtOnce(db)
    : await migrateIn(db);
  await numberOldEvents(db);
  return names;
}

async function migrateAtOnce<Schema>(db: Kysely<Schema>): Promise<string[]> {
  const { adapter } = db.getExecutor();
  return await db.transaction().execute(async (trx) => {
    // Kysely looks for its tables before it takes the lock; two that make them at once undo each other's transaction.
    await adapter.acquireMigrationLock(trx, { lockTable: "", lockRowId: "" });
    return await migrateIn(trx);
  });
}

async function migrateIn<Schema>(db: Kysely<Schema>): Promise<string[]> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) {
    const failed = results.find(({ status }) => status === "Error")?.migrationName ?? "the migrations";
    throw new Error(`Cannot bring the database up to date: ${failed} failed`, { cause: error });
  }
  return results.map(({ migrationName }) => migrationName);
}

/** When that migration was run, in milliseconds since 1970; `undefined`: it was not. */
export async function migratedAt<Schema>(db: Kysely<Schema>, name: string): Promise<number | undefined> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  const found = (await migrator.getMigrations()).find((migration) => migration.name === name);
  return found?.executedAt?.getTime();
}
