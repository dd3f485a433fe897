import type { Database } from "../db/mod.ts";
import { insertPerson, personById } from "../db/people.ts";

/** Somebody who opens doors. */
export interface Person {
  readonly id: string;
  readonly name: string;
}

/** The people that the system knows. */
export class People {
  readonly #db: Database;
  readonly #wallClock: () => number;

  constructor(db: Database, options: { wallClock: () => number }) {
    this.#db = db;
    this.#wallClock = options.wallClock;
  }

  /** The person, or `undefined`. */
  async find(id: string): Promise<Person | undefined> {
    const row = await personById(this.#db.tables, id);
    return row && { id: row.id, name: row.name };
  }

  /** Adds somebody of whom nothing is known. */
  async addGuest(): Promise<Person> {
    const id = crypto.randomUUID();
    const person = { id, name: `G-${id.slice(0, 4).toUpperCase()}` };
    await this.#db.writer.transaction((trx) =>
      insertPerson(trx, { ...person, kind: "guest", created_at: this.#wallClock() })
    );
    return person;
  }
}
