import { createHmac } from "node:crypto";
import type { Database } from "../db/mod.ts";
import { countGuest, hasRoomForGuest, insertPerson, personById } from "../db/people.ts";
import { PERSON } from "../limits.ts";

/** Somebody who opens doors. */
export interface Person {
  readonly id: string;
  readonly name: string;
}

/** The people that the system knows. */
export class People {
  readonly #db: Database;
  readonly #secret: string;
  readonly #wallClock: () => number;

  /** @param options.secret known to every program of the service, and to nobody else */
  constructor(db: Database, options: { secret: string; wallClock: () => number }) {
    this.#db = db;
    this.#secret = options.secret;
    this.#wallClock = options.wallClock;
  }

  /** The person, or `undefined`. */
  async find(id: string): Promise<Person | undefined> {
    const row = await personById(this.#db.tables, id);
    return row && { id: row.id, name: row.name };
  }

  /** Adds somebody of whom nothing is known but the address. `undefined`: too many come from there. */
  async addGuest(address: string): Promise<Person | undefined> {
    const limit = this.#limitOf(address);
    if (!await hasRoomForGuest(this.#db.tables, limit)) return undefined;
    const id = crypto.randomUUID();
    const person = { id, name: `G-${id.slice(0, 4).toUpperCase()}` };
    return await this.#db.writer.transaction(async (trx) => {
      if (!await countGuest(trx, limit)) return undefined;
      await insertPerson(trx, { ...person, kind: "guest", created_at: limit.now });
      return person;
    });
  }

  #limitOf(address: string) {
    // Not the address itself: it says where somebody was.
    const hash = createHmac("sha256", this.#secret).update(`guests of ${address}`).digest("hex");
    return {
      subject: `guests:${hash}`,
      max: PERSON.guestsMax,
      windowMs: PERSON.guestsWindowMs,
      now: this.#wallClock(),
    };
  }
}
