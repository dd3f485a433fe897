/**
 * Queries about people.
 *
 * @module
 */
import type { Tables } from "./mod.ts";
import type { PersonTable } from "./schema.ts";

/** Adds a person. */
export async function insertPerson(db: Tables, person: PersonTable): Promise<void> {
  await db.insertInto("people").values(person).execute();
}

/** The person, or `undefined`. */
export async function personById(db: Tables, id: string): Promise<PersonTable | undefined> {
  return await db.selectFrom("people").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Keeps others who do the same for this person waiting until the transaction ends. */
export async function lockPerson(trx: Tables, id: string): Promise<void> {
  await trx.selectFrom("people").select("id").where("id", "=", id).forUpdate().execute();
}
