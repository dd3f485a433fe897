/**
 * The migration of rentals of the version before.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Kysely, sql } from "kysely";
import { Migrator } from "kysely/migration";
import { migrations } from "../../migrations/mod.ts";
import { dialectOf, openDatabase } from "../../src/db/mod.ts";
import { isNumber } from "../../src/lib/text/short_numbers.ts";
import { testOnEach } from "../../testing/servers/databases.ts";

const BEFORE = "0005_boards";
/** Enough that the held ones need more than one step. */
const RENTALS = 2_403;

testOnEach(
  "0007_people gives each rental that has not ended a number, and allows rentals of the version before without one",
  async (
    { place },
    stack,
  ) => {
    const isHeld = (n: number) => n % 3 === 0;
    const add = (db: Kysely<unknown>, from: number, count: number) => {
      const rows = Array.from({ length: count }, (_, n) => {
        const id = String(from + n).padStart(8, "0");
        return sql`(${id}, 'cab', 1, 'anne', ${isHeld(n) ? "held" : "ended"}, ${Math.floor(n / 7)})`;
      });
      return sql`insert into rentals (id, cabinet, cell, person, state, since) values ${sql.join(rows)}`
        .execute(db);
    };
    const old = new Kysely<unknown>({ dialect: await dialectOf(place, { failed: () => {} }) });
    const migrator = new Migrator({
      db: old,
      provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    });
    equal((await migrator.migrateTo(BEFORE)).error, undefined);
    await add(old, 0, RENTALS);
    await old.destroy();

    const db = stack.use(await openDatabase(place));
    const numbers = async () =>
      (await db.tables.selectFrom("rentals").select("number").orderBy("id").execute()).map(({ number }) =>
        number
      );
    const filled = await numbers();
    ok(filled.every((number, n) => isHeld(n) ? number !== null && isNumber(number) : number === null));
    equal(new Set(filled).size, 1 + filled.filter((number) => number !== null).length);
    await add(db.tables as unknown as Kysely<unknown>, RENTALS, 2);
    deepEqual((await numbers()).slice(RENTALS), [null, null]);
  },
  { isEmpty: true },
);
