import type { Database, PersonTable } from "../../db/mod.ts";
import { countGuest, type GuestLimit, hasRoomForGuest, insertPerson } from "../../db/queries/people.ts";
import { subscriberAt } from "../../lib/ip_address.ts";
import { ADDRESS, PERSON } from "../../lib/limits.ts";
import { KeyedHash } from "../codes/keyed.ts";

/**
 * Adds a guest. `undefined`: too many come from that address, or, with IPv6, from the networks around it.
 *
 * @param options.secret known to the programs of the service alone
 */
export async function addedGuest(
  db: Database,
  address: string,
  { secret, wallClock }: { secret: string; wallClock: () => number },
): Promise<PersonTable | undefined> {
  const now = wallClock();
  const { guestsMax: max, guestsWindowMs: windowMs } = PERSON;
  const keyed = new KeyedHash(secret);
  const { network, wider } = subscriberAt(address);
  const limitOf = (where: string, times: number): GuestLimit => {
    // Not the address itself: it says where a person was.
    return { subject: `guests:${keyed.hash(`guests of ${where}`)}`, max: max * times, windowMs, now };
  };
  const limits = [limitOf(network, 1), ...wider === undefined ? [] : [limitOf(wider, ADDRESS.widerTimes)]];
  for (const limit of limits) if (!await hasRoomForGuest(db.tables, limit)) return undefined;
  const id = crypto.randomUUID();
  const guest = { id, kind: "guest", name: `G-${id.slice(0, 4).toUpperCase()}`, created_at: now } as const;
  return await db.writer.transaction(async (trx) => {
    for (const limit of limits) if (!await countGuest(trx, limit)) return undefined;
    return await insertPerson(trx, guest);
  });
}
