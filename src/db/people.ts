/**
 * Queries about people.
 *
 * @module
 */
import type { Kysely } from "kysely";
import type { PersonTable, Schema } from "./schema.ts";

/** Adds a person. */
export async function insertPerson(db: Kysely<Schema>, person: PersonTable): Promise<void> {
  await db.insertInto("people").values(person).execute();
}

/** The person, or `undefined`. */
export async function personById(db: Kysely<Schema>, id: string): Promise<PersonTable | undefined> {
  return await db.selectFrom("people").selectAll().where("id", "=", id).executeTakeFirst();
}
