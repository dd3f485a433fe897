/**
 * What people have and share, beside opening doors.
 *
 * @module
 */
import type { Database } from "../db/mod.ts";
import { rentalsOf } from "../db/rentals.ts";
import { rentalView } from "./changes.ts";
import type { Codes, Share, Shared } from "./codes.ts";
import { unavailable } from "./journal.ts";
import type { RentalView } from "./types.ts";

/** See the module. */
export class Rentals {
  readonly #db: Database;
  readonly #codes: Codes;
  readonly #wallClock: () => number;

  constructor(db: Database, options: { codes: Codes; wallClock: () => number }) {
    this.#db = db;
    this.#codes = options.codes;
    this.#wallClock = options.wallClock;
  }

  /** What the person has, or may take out, in the cabinet; oldest first. */
  async of(cabinet: string, person: string): Promise<RentalView[]> {
    return (await rentalsOf(this.#db.tables, cabinet, person)).map((row) => rentalView(row, person));
  }

  /**
   * Makes a pickup code for one of the person's rentals.
   *
   * @throws {UnavailableError} if the database does not answer
   */
  async share(share: Share): Promise<Shared> {
    try {
      return await this.#db.writer.transaction((trx) => this.#codes.share(trx, share, this.#wallClock()));
    } catch (error) {
      throw unavailable("Cannot share", error);
    }
  }
}
