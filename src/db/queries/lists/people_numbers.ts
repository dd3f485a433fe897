import { sql } from "kysely";
import { newNumber } from "../../../lib/text/short_numbers.ts";
import type { Job } from "../../database.ts";
import type { Tables } from "../../schema.ts";
import { type RowStatement, runWith } from "../../statements/compiled.ts";

/**
 * Gives numbers to up to `limit` people who have none, as those whom the version before added. A power failure may undo
 * it until a later write is committed.
 *
 * @returns how many got one: 0 also where all numbers that were tried are taken
 */
export const numberPeople: Job<{ readonly limit: number }, number> = {
  name: "number-people",
  isLazy: true,
  async work(trx, { limit }) {
    const people = await trx.selectFrom("people").select("id").where("number", "is", null)
      .orderBy("id").limit(limit).forUpdate().skipLocked().execute();
    const free = await freeNumbers(trx, people.length);
    const numbered = people.slice(0, free.length).map(({ id }, at) => [id, free[at]]);
    await runWith(trx, NUMBER, numbered);
    return numbered.length;
  },
};

const NUMBER: RowStatement = {
  name: "number people",
  columns: ["text", "text"],
  build: (db, values) =>
    sql`update people set number = given.column2 from (${values}) as given where people.id = given.column1`
      .compile(db),
};

/** Up to so many different numbers that no person has. */
async function freeNumbers(trx: Tables, count: number): Promise<string[]> {
  if (count === 0) return [];
  const numbers = [...new Set(Array.from({ length: count }, newNumber))];
  const taken = await trx.selectFrom("people").select("number").where("number", "in", numbers).execute();
  return [...new Set(numbers).difference(new Set(taken.map(({ number }) => number)))];
}
