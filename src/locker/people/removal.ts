/**
 * Removing a person with all that names him or lets him in.
 *
 * What is recorded stays as long as records are kept: commands, rentals, codes, events, alarms, acts and what he was
 * told. It has no more of him than his id, a random number that stands for nobody once his row and his identities are
 * gone. Addresses are nowhere but as keyed hashes (`code_tries`, a day), and the operator's own in his acts; what the
 * operator wrote as a reason is his word and stays too.
 *
 * @module
 */
import { deleteIdentities } from "../../db/queries/identities.ts";
import type { Tables } from "../../db/mod.ts";
import {
  changePerson,
  deletePerson,
  deletePersonalRows,
  hasActiveRental,
  lockPerson,
} from "../../db/queries/people.ts";

/** How it went. `leaving`: he has something in a cell and is removed once it is taken out. */
export type Removed = "removed" | "leaving";

/**
 * Removes the person. Who has something in a cell, or is being given one, keeps for so long what he needs to take it
 * out: his sessions, his identities, and the pickup codes that he gave to others. A code works only as long as its
 * rental is held, so there is none that outlives its maker.
 *
 * @returns `undefined`: there is nobody
 */
export async function leave(trx: Tables, id: string, now: number): Promise<Removed | undefined> {
  // Keeps out whoever gives the person a cell, and whoever adds an identity.
  const person = await lockPerson(trx, id);
  if (!person) return undefined;
  await deletePersonalRows(trx, id);
  if (await hasActiveRental(trx, id)) {
    await changePerson(trx, id, { name: "", picture: null, leaving_at: person.leaving_at ?? now });
    return "leaving";
  }
  await deleteIdentities(trx, id);
  await deletePerson(trx, id);
  return "removed";
}
