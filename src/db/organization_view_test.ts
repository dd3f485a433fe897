/**
 * Row-level security on Postgres, the wall behind the conditions of the queries: what a transaction sees and writes that has
 * been confined to an organization, whatever its statements say.
 *
 * @module
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { type Expression, sql } from "kysely";
import { OTHER, seeded } from "../../testing/rigs/two_organizations.ts";
import { type DatabaseTest, type TestDatabase, testOnPostgres } from "../../testing/servers/databases.ts";
import { ask } from "../../testing/sql.ts";
import { confine, TABLES } from "./organization_view.ts";
import { type Database, type DatabaseLocation, migrateDatabase, openDatabase } from "./mod.ts";
import type { Schema, Tables } from "./schema.ts";

const MAIN = "main";

/** A table whose rows belong to organizations. */
type Walled = keyof {
  [Table in keyof Schema as "organization" extends keyof Schema[Table] ? Table : never]: 1;
};

/** How the service connects. */
interface Connection {
  readonly db: Database;
  /** The tables of the database that have the column `organization`: also those that a later migration adds. */
  readonly walled: readonly Walled[];
}

/**
 * Registers a test three times: the service is a superuser of its server, owns its database and is no superuser, or
 * bypasses row-level security as one does.
 */
function testAsEach(name: string, body: (connection: Connection) => Promise<void>): void {
  const as = (
    place: (database: TestDatabase, stack: AsyncDisposableStack) => Promise<DatabaseLocation>,
  ): DatabaseTest =>
  async (database, stack) => {
    const location = await place(database, stack);
    await seeded(location, async (seeds) => {
      for (const organization of [MAIN, OTHER]) {
        const about = { organization, word: organization };
        await seeds.place({ ...about, cabinet: `cab-${organization}`, tag: "tag" });
        await seeds.seat({ ...about, role: "owner", tags: undefined });
        await seeds.invitation(organization, organization);
      }
    });
    const db = stack.use(await openDatabase(location));
    await body({ db, walled: await walledTables(db.tables) });
  };
  testOnPostgres(`${name}, as a superuser`, as(({ place }) => Promise.resolve(place)));
  testOnPostgres(`${name}, as an owner who is not a superuser`, as(ownedBy("nobypassrls")), {
    isEmpty: true,
  });
  testOnPostgres(`${name}, as an owner who bypasses it`, as(ownedBy("bypassrls createrole")), {
    isEmpty: true,
  });
}

/** Gives the database, which has to be empty, to a new role that is not a superuser. */
const ownedBy =
  (options: string) =>
  async ({ place }: TestDatabase, stack: AsyncDisposableStack): Promise<DatabaseLocation> => {
    const url = new URL(place.url ?? "");
    const [admin, role] = [url.href, `kaigui_${crypto.randomUUID().replaceAll("-", "")}`];
    const database = url.pathname.slice(1);
    [url.username, url.password] = [role, crypto.randomUUID()];
    await ask(admin, `create role ${role} login nosuperuser ${options} password '${url.password}'`);
    stack.defer(async () => {
      await ask(admin, `reassign owned by ${role} to current_user`);
      await ask(admin, `drop owned by ${role}`);
      await ask(admin, `drop role ${role}`);
    });
    await ask(admin, `alter database ${database} owner to ${role}`);
    await ask(admin, `alter schema public owner to ${role}`);
    return { ...place, url: url.href };
  };

async function walledTables(tables: Tables): Promise<Walled[]> {
  const { rows } = await sql<{ table_name: Walled }>`select table_name from information_schema.columns
    where table_schema = current_schema() and column_name = 'organization' order by table_name`.execute(
    tables,
  );
  return rows.map(({ table_name }) => table_name);
}

/** The organizations whose rows a query without any condition finds. */
async function organizationsIn(tables: Tables, table: Walled): Promise<string[]> {
  // Of all these tables only the name differs here.
  const rows = await tables.selectFrom(table as "visits").selectAll().execute();
  return [...new Set(rows.map(({ organization }) => organization))].toSorted();
}

/** Why work in a confined transaction is refused. */
async function refusalIn(
  db: Database,
  organization: string,
  work: (trx: Tables) => Promise<unknown>,
): Promise<string> {
  try {
    await db.writer.transaction(async (trx) => {
      await confine(trx, organization);
      await work(trx);
      throw new RangeError("nothing was refused");
    });
  } catch (error) {
    return String(error);
  }
  throw new Error("A transaction that threw has ended well");
}

testAsEach("view() shows no foreign row, even of a query without a condition", async ({ db, walled }) => {
  ok(walled.includes("cabinets") && walled.includes("rentals") && walled.includes("memberships"));
  for (const table of walled) {
    deepEqual(await organizationsIn(db.tables, table), [MAIN, OTHER], `seeded: ${table}`);
    for (const organization of [MAIN, OTHER]) {
      const seen = await db.view({ organization }, (view) => organizationsIn(view[TABLES], table));
      deepEqual(seen, [organization], table);
    }
  }
});

testAsEach("view() leaves its connection as it was, also where reading fails", async ({ db, walled }) => {
  for (const organization of [MAIN, OTHER, "none"]) {
    await db.view({ organization }, (view) => organizationsIn(view[TABLES], "cabinets"));
    await rejects(db.view({ organization }, () => Promise.reject(new RangeError("read"))), RangeError);
  }
  // More at once than the pool has connections, so that each is asked.
  const asked = Array.from({ length: 40 }, () => walled.map((table) => organizationsIn(db.tables, table)))
    .flat();
  for (const seen of await Promise.all(asked)) deepEqual(seen, [MAIN, OTHER]);
});

testAsEach("confine() keeps statements from changing and removing foreign rows", async ({ db, walled }) => {
  for (const table of walled) {
    const [changed, removed] = await db.writer.transaction(async (trx) => {
      await confine(trx, MAIN);
      const foreign = sql`where organization = ${OTHER}`;
      const set = await sql`update ${sql.table(table)} set organization = organization ${foreign}`.execute(
        trx,
      );
      const gone = await sql`delete from ${sql.table(table)} ${foreign}`.execute(trx);
      return [set.numAffectedRows, gone.numAffectedRows];
    });
    deepEqual([changed, removed], [0n, 0n], table);
    deepEqual(await organizationsIn(db.tables, table), [MAIN, OTHER], table);
  }
});

testAsEach("confine() lets no row become another organization's", async ({ db, walled }) => {
  for (const table of walled) {
    const moved = sql`update ${sql.table(table)} set organization = ${OTHER}`;
    match(await refusalIn(db, MAIN, (trx) => moved.execute(trx)), /row-level security/, `update: ${table}`);
    const columns = await columnsOf(db.tables, table);
    const copied = sql`insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
      select ${sql.join(columns.map(copyOf))} from ${sql.table(table)} limit 1`;
    match(await refusalIn(db, MAIN, (trx) => copied.execute(trx)), /row-level security/, `insert: ${table}`);
  }
});

testAsEach("confine() ends with its transaction", async ({ db, walled }) => {
  await db.writer.transaction(async (trx) => {
    await confine(trx, MAIN);
    equal((await organizationsIn(trx, "cabinets")).join(), MAIN);
  });
  match(await refusalIn(db, MAIN, () => Promise.resolve()), /nothing was refused/);
  for (let turn = 0; turn < 40; turn++) {
    const seen = await db.writer.transaction((trx) =>
      organizationsIn(trx, walled[turn % walled.length] ?? "cabinets")
    );
    deepEqual(seen, [MAIN, OTHER]);
  }
});

testOnPostgres("a database that was copied from another server gets the role of staff back", async (
  { place, query },
  stack,
) => {
  await migrateDatabase(place);
  await query("drop owned by kaigui_staff");
  await query("create table later (organization text)");
  const db = stack.use(await openDatabase(place));
  await db.view({ organization: MAIN }, async (view) => {
    await organizationsIn(view[TABLES], "cabinets");
    await sql`select * from later`.execute(view[TABLES]);
  });
});

testOnPostgres("a service that can neither be bound nor make a role says so", async (database, stack) => {
  const location = await ownedBy("bypassrls")(database, stack);
  await rejects(openDatabase(location), /without BYPASSRLS, or as one with CREATEROLE/);
}, { isEmpty: true });

async function columnsOf(tables: Tables, table: string): Promise<string[]> {
  const { rows } = await sql<{ column_name: string }>`select column_name from information_schema.columns
    where table_schema = current_schema() and table_name = ${table}`.execute(tables);
  return rows.map(({ column_name }) => column_name);
}

/** A column of a copied row, which is another organization's. */
function copyOf(column: string): Expression<unknown> {
  return column === "organization" ? sql`${OTHER}` : sql.ref(column);
}
