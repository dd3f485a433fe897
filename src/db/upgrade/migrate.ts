import { type Kysely, sql } from "kysely";
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from "kysely/migration";
import { migrations } from "../../../migrations/mod.ts";
import { numberOldEvents } from "../event_order.ts";
import { buildOrganizationIndexes } from "./organization_indexes.ts";
import { makeStaffRole } from "./staff_role.ts";
import { upgradeStep } from "./upgrade_step.ts";

/**
 * Brings the database to the newest schema. When several processes start at once, one of them does it and the others
 * wait. The work that a migration leaves to be done in steps follows it.
 *
 * @returns the names of the migrations that ran
 * @throws {Error} if a migration fails, with its name; it is undone then, and those before it stay
 */
export async function migrate<Schema>(db: Kysely<Schema>): Promise<string[]> {
  const names: string[] = [];
  for (let name = await migrateOnce(db); name !== undefined; name = await migrateOnce(db)) names.push(name);
  await makeStaffRole(db);
  await numberOldEvents(db);
  await buildOrganizationIndexes(db);
  return names;
}

/** Runs the next migration, whole or not at all. @returns its name; `undefined`: there is none */
async function migrateOnce<Schema>(db: Kysely<Schema>): Promise<string | undefined> {
  return await upgradeStep(db, {
    // Kysely looks for its own tables before it takes the lock; two processes that create them at once would fail.
    lock: (trx) => trx.getExecutor().adapter.acquireMigrationLock(trx, { lockTable: "", lockRowId: "" }),
    work: async (trx) => {
      const { error, results: [result] = [] } = await migratorOf(trx).migrateUp();
      if (error) {
        const failed = result?.migrationName ?? "the migrations";
        throw new Error(`Cannot bring the database up to date: ${failed} failed`, { cause: error });
      }
      return result?.migrationName;
    },
  });
}

/** Kysely's migrator, which knows all migrations, those of later versions by their names. */
export function migratorOf<Schema>(db: Kysely<Schema>): Migrator {
  const getMigrations = async () => ({ ...migrations, ...await laterMigrations(db) });
  return new Migrator({ db, provider: { getMigrations } });
}

/**
 * The migrations that a later version has run: they only add, so this version goes on with the database, as during an
 * upgrade or after one that was undone. Kysely would call the database corrupted.
 */
async function laterMigrations<Schema>(db: Kysely<Schema>): Promise<Record<string, Migration>> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return {};
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`
    .execute(db);
  const later = rows.filter(({ name }) => Object.keys(migrations).every((known) => name > known));
  return Object.fromEntries(later.map(({ name }) => [name, { up: () => Promise.resolve() }]));
}

/** When the migration was run, in milliseconds since 1970; `undefined`: it was not run. */
export async function migratedAt<Schema>(db: Kysely<Schema>, name: string): Promise<number | undefined> {
  const found = (await migratorOf(db).getMigrations()).find((migration) => migration.name === name);
  return found?.executedAt?.getTime();
}
