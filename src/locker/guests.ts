/**
 * People of whom nothing is known.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import type { Database, PersonTable } from "../db/mod.ts";
import { countGuest, type GuestLimit, hasRoomForGuest, insertPerson } from "../db/people.ts";
import { PERSON } from "../limits.ts";

/**
 * Adds a guest. `undefined`: too many come from there.
 *
 * @param options.secret known to every program of the service, and to nobody else
 */
export async function addedGuest(
  db: Database,
  address: string,
  { secret, wallClock }: { secret: string; wallClock: () => number },
): Promise<PersonTable | undefined> {
  // Not the address itself: it says where somebody was.
  const hash = createHmac("sha256", secret).update(`guests of ${address}`).digest("hex");
  const { guestsMax: max, guestsWindowMs: windowMs } = PERSON;
  const limit: GuestLimit = { subject: `guests:${hash}`, max, windowMs, now: wallClock() };
  if (!await hasRoomForGuest(db.tables, limit)) return undefined;
  const id = crypto.randomUUID();
  const guest = { id, kind: "guest", name: `G-${id.slice(0, 4).toUpperCase()}`, created_at: limit.now };
  return await db.writer.transaction(async (trx) =>
    await countGuest(trx, limit) ? await insertPerson(trx, guest) : undefined
  );
}
