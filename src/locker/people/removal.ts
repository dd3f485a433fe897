/**
 * Removing a person with all that names them or lets them in.
 *
 * Records stay as long as they are kept: commands, rentals, codes, events, alarms, acts and notices. Of the person they
 * have the id only, a random number that stands for no person once the row and the identities are gone. Addresses are
 * kept as keyed hashes (`code_tries`, a day), and the operator's own in the audit log; what the operator wrote as a reason
 * stays as well.
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
import { endVisit, hasVisitElsewhere, isAlone, type VisitKey } from "../../db/queries/staff/visits.ts";

/** How the removal went. `leaving`: the person has something in a cell and is removed once it is taken out. */
export type Removed = "removed" | "leaving";

/**
 * Removes the person. A person who has something in a cell, or is being given one, keeps for so long what they need to take
 * it out: their sessions, their identities, and the pickup codes that they gave to others. A code works only as long as its
 * rental is held, so there is none that outlives its maker.
 *
 * @returns `undefined`: there is no such person
 */
export async function leave(trx: Tables, id: string, now: number): Promise<Removed | undefined> {
  // Keeps transactions out that would give the person a cell or an identity.
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

/**
 * Whether the person has been at other organizations' cabinets: to be asked before the transaction is confined to this one,
 * since it does not see the others then. Locks the person.
 */
export async function isKnownElsewhere(trx: Tables, { organization, person }: VisitKey): Promise<boolean> {
  await lockPerson(trx, person);
  return await hasVisitElsewhere(trx, { organization, person });
}

/**
 * Removes the person from an organization: what it knows of them is no longer shown to it. A person who has been at no other
 * organization's cabinets is removed altogether.
 *
 * @param options.isElsewhere see {@linkcode isKnownElsewhere}
 * @returns `undefined`: there is no such person
 */
export async function leaveOrganization(
  trx: Tables,
  visit: VisitKey,
  { now, isElsewhere }: { now: number; isElsewhere: boolean },
): Promise<Removed | undefined> {
  if (await isAlone(trx)) return await leave(trx, visit.person, now);
  if (!await lockPerson(trx, visit.person)) return undefined;
  const removed = await endVisit(trx, visit, now);
  if (removed === "removed" && !isElsewhere) await leave(trx, visit.person, now);
  return removed;
}
