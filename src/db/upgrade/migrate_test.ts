import { deepEqual, equal, rejects } from "node:assert/strict";
import { Kysely, sql } from "kysely";
import { Migrator } from "kysely/migration";
import { migrations } from "../../../migrations/mod.ts";
import { testOnEach, testOnPostgres } from "../../../testing/servers/databases.ts";
import { until } from "../../../testing/until.ts";
import { type DatabaseLocation, dialectOf, migrate, migrateDatabase, type Schema } from "../mod.ts";

const NAMES = Object.keys(migrations);

/** A database as it was before the migration. */
async function openBefore(
  place: DatabaseLocation,
  name: string,
  stack: AsyncDisposableStack,
): Promise<Kysely<Schema>> {
  const db = new Kysely<Schema>({ dialect: await dialectOf(place, { failed: () => {} }) });
  stack.defer(() => db.destroy());
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
  const { error } = await new Migrator({ db, provider }).migrateTo(NAMES[NAMES.indexOf(name) - 1] ?? "");
  equal(error, undefined);
  return db;
}

/** A statement that makes a late statement of a migration fail, and one that removes this obstacle. */
const OBSTACLES = {
  "0007_people": [
    "create index rentals_by_number on rentals (since)",
    "drop index rentals_by_number",
  ],
  "0008_shared_and_sealed": [
    "alter table cabinets add column sealed_secret text",
    "alter table cabinets drop column sealed_secret",
  ],
  "0009_never_connected": [
    "create index cabinets_never_connected on cabinets (name)",
    "drop index cabinets_never_connected",
  ],
  "0011_line_order": [
    "alter table rentals add column opens integer",
    "alter table rentals drop column opens",
  ],
  "0014_organizations": [
    "alter table acts add column role text",
    "alter table acts drop column role",
  ],
  "0016_lists": [
    "create index people_by_number on people (name)",
    "drop index people_by_number",
  ],
} as const;

for (const [name, [obstacle, repair]] of Object.entries(OBSTACLES)) {
  testOnEach(
    `${name} that fails at its end leaves nothing behind, and runs again`,
    async ({ place }, stack) => {
      const db = await openBefore(place, name, stack);
      await sql.raw(obstacle).execute(db);
      await rejects(migrateDatabase(place), new RegExp(`${name} failed`));
      await sql.raw(repair).execute(db);
      deepEqual(await migrateDatabase(place), NAMES.slice(NAMES.indexOf(name)));
    },
    { isEmpty: true },
  );
}

testOnEach(
  "programs that open an old database at once bring it up to date once",
  async ({ place }, stack) => {
    await openBefore(place, "0006_event_order", stack);
    const ran = await Promise.all(Array.from({ length: 4 }, () => migrateDatabase(place)));
    deepEqual(ran.flat().toSorted(), NAMES.slice(NAMES.indexOf("0006_event_order")));
  },
  { isEmpty: true },
);

/** What taps of the version before do in one transaction, in an order that may conflict with a migration's. */
const TAPS = [
  ["0006_event_order", "lock table commands in access share mode", "select 1 from cells for update"],
  [
    "0006_event_order",
    "insert into events (id, at, kind, cabinet, cell) values ('e', 1, 'stored', 'c', 1)",
    "select 1 from cells for update",
  ],
  ["0011_line_order", "select 1 from rentals for update", "select 1 from commands"],
  ["0014_organizations", "select 1 from rentals for update", "select 1 from commands"],
  ["0014_organizations", "lock table events in row exclusive mode", "select 1 from cells for update"],
  ["0016_lists", "select 1 from people for update", "select 1 from rentals for update"],
] as const;

for (const [name, first, then] of TAPS) {
  testOnPostgres(
    `taps of the version before go on beside ${name}: ${first.slice(0, 20)}…`,
    async ({ place }, stack) => {
      const db = await openBefore(place, name, stack);
      let migrating: Promise<string[]> | undefined;
      const isWaiting = async () => {
        const { rows } = await sql`
        select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
          .execute(db);
        return rows.length > 0;
      };
      const tap = db.transaction().execute(async (trx) => {
        await sql.raw(first).execute(trx);
        migrating = migrateDatabase(place);
        migrating.catch(() => {});
        await until(isWaiting);
        await sql.raw(then).execute(trx);
      });
      await tap;
      deepEqual(await migrating, NAMES.slice(NAMES.indexOf(name)));
    },
    { isEmpty: true },
  );
}

testOnEach(
  "a program starts again on a database that a later version has migrated",
  async ({ place }, stack) => {
    await migrateDatabase(place);
    const db = new Kysely<Schema>({ dialect: await dialectOf(place, { failed: () => {} }) });
    stack.defer(() => db.destroy());
    const timestamp = new Date().toISOString();
    await sql`insert into kysely_migration (name, timestamp) values ('9998_later', ${timestamp}), ('9999_later', ${timestamp})`
      .execute(db);
    deepEqual(await migrateDatabase(place), []);
    deepEqual(await migrate(db), []);
  },
);

testOnEach("a database on which an older migration is not known is not used", async ({ place }, stack) => {
  await migrateDatabase(place);
  const db = new Kysely<Schema>({ dialect: await dialectOf(place, { failed: () => {} }) });
  stack.defer(() => db.destroy());
  const timestamp = new Date().toISOString();
  await sql`insert into kysely_migration (name, timestamp) values ('0005_foreign', ${timestamp})`.execute(db);
  await rejects(migrateDatabase(place), /the migrations failed/);
});
