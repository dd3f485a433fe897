import type { Database, RentalTable, Tables } from "../../db/mod.ts";
import { lockSessionPerson } from "../../db/queries/people.ts";
import {
  activeRentalsOf,
  changeRental,
  lockRental,
  rentalsEndedOf,
  rentalsOf,
} from "../../db/queries/rentals.ts";
import type { CabinetRouter } from "../../cabinet/requests.ts";
import type { Cabinet } from "../cabinets/cabinet.ts";
import { type DomainChange, publish, rentalView } from "../changes.ts";
import type { PickupCodes, Share, ShareResult } from "../codes/pickup_codes.ts";
import { isInGrace, takenBack } from "./allocation.ts";
import { unavailable } from "../journal.ts";
import { note } from "./outcomes.ts";
import { mayHaveMore, nextDue } from "../rules.ts";
import type { RentalView } from "../../cabinet/types.ts";

/** A person's wish to keep a cell that they gave back. */
export interface KeepRequest {
  readonly cabinet: Cabinet;
  readonly rental: string;
  readonly person: string;
  /** The person's `sessionsFrom` by which the wish was let in. @default {undefined} whatever it is */
  readonly sessionsFrom?: number | undefined;
}

/**
 * How it went. `over`: another person has the cell, or too much time has passed. `limit`: the person has as many cells
 * as the rules allow. `forbidden`: it is not the person's, or was not given back by the person.
 */
export type KeepResult = "kept" | "over" | "limit" | "forbidden";

/** What people have and share, beside opening doors. */
export class Rentals {
  readonly #db: Database;
  readonly #codes: PickupCodes;
  readonly #router: CabinetRouter;
  readonly #wallClock: () => number;

  constructor(db: Database, options: { codes: PickupCodes; router: CabinetRouter; wallClock: () => number }) {
    this.#db = db;
    this.#codes = options.codes;
    this.#router = options.router;
    this.#wallClock = options.wallClock;
  }

  /** What the person has, or may take out, in the cabinet; oldest first. */
  async of(cabinet: string, person: string): Promise<RentalView[]> {
    return (await rentalsOf(this.#db.tables, cabinet, person)).map((row) => rentalView(row, person));
  }

  /** What the person gave back, or took out by a code, so lately that it may be taken up again; oldest first. */
  async inGrace(
    { id: cabinet, rules }: Pick<Cabinet, "id" | "rules">,
    person: string,
  ): Promise<RentalView[]> {
    const now = this.#wallClock();
    const graceMs = rules.graceSeconds * 1000;
    const ended = await rentalsEndedOf(this.#db.tables, { cabinet, person, since: now - graceMs });
    return ended.filter((row) => isInGrace(row, { rules, now })).map((row) => ({
      ...rentalView(row, person),
      graceMs: (row.ended_at ?? now) + graceMs - now,
    }));
  }

  /**
   * Makes a pickup code for one of the person's rentals.
   *
   * @param share.sessionsFrom the person's `sessionsFrom` by which the wish was let in; without it the session is not asked for
   * @throws {UnavailableError} if the database does not answer
   */
  async share(share: Share & { readonly sessionsFrom?: number }): Promise<ShareResult> {
    try {
      return await this.#db.writer.transaction(async (trx) => {
        // The person before the rental, as taps do.
        if (!await lockSessionPerson(trx, share)) return { type: "forbidden" };
        return await this.#codes.share(trx, share, this.#wallClock());
      });
    } catch (error) {
      throw unavailable("Cannot share", error);
    }
  }

  /**
   * Takes back what the person gave back, without opening a door: while its door is still open, and for the grace time
   * after that as long as no other person has the cell. The rental goes on as it was; its pickup codes stay void.
   *
   * @throws {UnavailableError} if the database does not answer
   */
  async keep(keep: KeepRequest): Promise<KeepResult> {
    const now = this.#wallClock();
    const done = await this.#db.writer.transaction((trx) => kept(trx, keep, now)).catch((error) => {
      throw unavailable("Cannot keep the cell", error);
    });
    if (typeof done === "string") return done;
    publish(this.#router, done);
    return "kept";
  }
}

/** Changes nothing where the person has it as it is. */
async function kept(
  trx: Tables,
  wish: KeepRequest,
  now: number,
): Promise<DomainChange[] | Exclude<KeepResult, "kept">> {
  const { cabinet, rental: id } = wish;
  const person = await lockSessionPerson(trx, wish);
  const rental = person && await lockRental(trx, id);
  if (rental?.cabinet !== cabinet.id || rental.person !== person?.id) return "forbidden";
  if (rental.state === "held") return [];
  const isOver = rental.state === "ended";
  if (isOver && !isInGrace(rental, { rules: cabinet.rules, now })) return "over";
  if (rental.end_reason !== "retrieved") return "forbidden";
  const rentals = (await activeRentalsOf(trx, rental)).filter((one) => one.id !== id);
  if (!mayHaveMore(cabinet.rules, { isGuest: person.kind === "guest", rentals })) return "limit";
  const set = heldAgain(rental, { cabinet, now });
  const given = isOver ? await takenBack(trx, { rental, set }) : await goesOn(trx, { rental, set });
  if (!given) return "over";
  await note(trx, given.rental, { kind: "kept", now });
  return [...given.changes];
}

async function goesOn(
  trx: Tables,
  { rental, set }: { rental: RentalTable; set: Partial<RentalTable> },
): Promise<{ rental: RentalTable; changes: DomainChange[] } | undefined> {
  const row = await changeRental(trx, rental.id, { from: ["returning"], set });
  return row && { rental: row, changes: [{ type: "rental", row }] };
}

/** As if it had not been given back; a person who used a code of it before has no right to it any more. */
function heldAgain(
  { until, overdue_at }: RentalTable,
  { cabinet, now }: { cabinet: Cabinet; now: number },
): Partial<RentalTable> {
  const isDue = until !== null && overdue_at === null;
  return {
    state: "held",
    picker: null,
    collecting: 0,
    due_at: isDue ? nextDue(cabinet.rules, { until, after: now }) : null,
    ended_at: null,
    end_reason: null,
  };
}
