import { cellAt } from "../../db/queries/cells.ts";
import { commandById, insertCommand } from "../../db/journal/commands.ts";
import type { CommandTable, PersonTable, RentalTable, Tables } from "../../db/mod.ts";
import { isSessionOver, lockPerson } from "../../db/queries/people.ts";
import { activeRentalsOf, changeRental, countCommand, lockRental } from "../../db/queries/rentals.ts";
import { type Allocation, giveCell, isInGrace, takenBack } from "../rentals/allocation.ts";
import type { Cabinet } from "../cabinets/cabinet.ts";
import type { DomainChange } from "../changes.ts";
import type { PickupCodes } from "../codes/pickup_codes.ts";
import { endReasonOf, note } from "../rentals/outcomes.ts";
import { mayHaveMore } from "../rules.ts";
import { personOf } from "../../cabinet/commands.ts";
import type { Reason } from "../../cabinet/kinds.ts";

/** A tap that is about a rental. */
export type StorageTap =
  & {
    readonly id: string;
    readonly cabinet: Cabinet;
    /** `person:<id>`. */
    readonly by: string;
    /** See {@linkcode OpenTap.at}. */
    readonly at?: number | undefined;
    /** The person's `sessionsFrom` by which the tap was let in. @default whatever it is */
    readonly sessionsFrom?: number;
  }
  & (
    | { readonly command: "store"; readonly size?: string | undefined }
    | { readonly command: "reopen" | "retrieve"; readonly rental: string }
    | { readonly command: "pickup"; readonly code: string; readonly address: string }
  );

/** How it began. */
export type AdmittedTap =
  | { readonly type: "known"; readonly row: CommandTable }
  | { readonly type: "refused"; readonly reason: Reason; readonly changes: readonly DomainChange[] }
  | { readonly type: "begun"; readonly cell: number; readonly changes: readonly DomainChange[] }
  /** Its turn comes after so long: then it begins anew, having it. */
  | DeferredGuess;

interface DeferredGuess {
  readonly type: "later";
  readonly waitMs: number;
}

/** What was found: a cell to open, or why there is none, and what changed all the same. */
type CellChoice = Allocation | DeferredGuess | Reason | {
  readonly reason: Reason;
  readonly changes: readonly DomainChange[];
};

/** The circumstances in which a tap is admitted. */
interface TapCircumstances {
  readonly now: number;
  /** Why nothing may begin now, though a known tap is still known. */
  readonly refused: Reason | undefined;
  /** Whether the tap has waited for its turn. */
  readonly hasTurn: boolean;
}

/** A tap, and who taps. */
interface PersonsTap<Command extends StorageTap["command"]> {
  readonly tap: StorageTap & { readonly command: Command };
  readonly person: PersonTable;
  readonly now: number;
}

/**
 * Begins a tap that is about a rental: whether it may, which cell it opens, and the command that says so, all in
 * one transaction.
 */
export class TapAdmission {
  readonly #codes: PickupCodes;

  constructor(codes: PickupCodes) {
    this.#codes = codes;
  }

  /** Admits the tap, or says why not. */
  async admit(trx: Tables, tap: StorageTap, context: TapCircumstances): Promise<AdmittedTap> {
    const { now, refused } = context;
    // The person first: the same tap that begins elsewhere at the same time is known when its transaction is over.
    const id = personOf(tap);
    const person = id === undefined ? undefined : await lockPerson(trx, id);
    const known = await commandById(trx, tap.id);
    if (known) return { type: "known", row: known };
    const found = refused ?? await this.#find(trx, { tap, person }, context);
    if (typeof found === "object" && "waitMs" in found) return found;
    const row: CommandTable = {
      id: tap.id,
      cabinet: tap.cabinet.id,
      cell: 0,
      command: tap.command,
      state: "requested",
      reason: null,
      by: tap.by,
      note: null,
      requested_at: now,
      sent_at: null,
      sent_epoch: null,
      finished_at: null,
      rental: "rental" in tap ? tap.rental : null,
      origin: null,
    };
    if (typeof found === "string" || "reason" in found) {
      const { reason, changes } = typeof found === "string" ? { reason: found, changes: [] } : found;
      // A blocked person's tries must not fill the journal.
      if (reason !== "blocked") {
        await insertCommand(trx, { ...row, state: "refused", reason, finished_at: now });
      }
      return { type: "refused", reason, changes };
    }
    const { rental, changes } = found;
    await countCommand(trx, rental.id);
    await insertCommand(trx, { ...row, cell: rental.cell, rental: rental.id });
    return { type: "begun", cell: rental.cell, changes };
  }

  async #find(
    trx: Tables,
    { tap, person }: { tap: StorageTap; person: PersonTable | undefined },
    { now, hasTurn }: TapCircumstances,
  ): Promise<CellChoice> {
    // Nothing for people who were removed or signed out: they could not take it out again.
    if (!person || isSessionOver(person, tap)) return "forbidden";
    if (tap.cabinet.mode !== "storage") return "forbidden";
    switch (tap.command) {
      case "store":
        return await this.#store(trx, { tap, person, now });
      case "reopen":
      case "retrieve":
        return await this.#own(trx, { tap, person, now });
      case "pickup":
        return await this.#pickUp(trx, { tap, person, now, hasTurn });
    }
  }

  async #store(trx: Tables, { tap, person, now }: PersonsTap<"store">): Promise<CellChoice> {
    const { id, cabinet } = tap;
    const rentals = await activeRentalsOf(trx, { cabinet: cabinet.id, person: person.id });
    if (!mayHaveMore(cabinet.rules, { isGuest: person.kind === "guest", rentals })) return "limit";
    return await giveCell(trx, { id, cabinet, person: person.id, size: tap.size }, now) ?? "full";
  }

  async #own(trx: Tables, { tap, person, now }: PersonsTap<"reopen" | "retrieve">): Promise<CellChoice> {
    const rental = await lockRental(trx, tap.rental);
    const isTheirs = rental?.person === person.id || rental?.picker === person.id;
    if (!rental || rental.cabinet !== tap.cabinet.id || !isTheirs) return "forbidden";
    if (rental.state === "ended" && tap.command === "reopen") {
      return await this.#takeUp(trx, { tap, person, rental, now });
    }
    const found = await opens(trx, { rental, cabinet: tap.cabinet });
    if (isReason(found) || rental.person === person.id) return found;
    return { ...found, changes: await collected(trx, rental, { picker: person.id, collecting: 1 }) };
  }

  /** Opens once more for the last person, as long as no other person was given the cell. */
  async #takeUp(
    trx: Tables,
    { tap, person, rental, now }: PersonsTap<"reopen" | "retrieve"> & { rental: RentalTable },
  ): Promise<CellChoice> {
    if (!isInGrace(rental, { rules: tap.cabinet.rules, now })) return "over";
    const end_reason = endReasonOf(rental, person.id);
    return await takenBack(trx, { rental, set: { state: "returning", end_reason } }) ?? "over";
  }

  /** The code is used up for good; who used it may take the thing out from then on, should the door jam. */
  async #pickUp(
    trx: Tables,
    { tap, person, now, hasTurn }: PersonsTap<"pickup"> & { hasTurn: boolean },
  ): Promise<CellChoice> {
    const { cabinet, code, address } = tap;
    const guess = { cabinet: cabinet.id, person, address };
    const counted = await this.#codes.tries.begin(trx, guess, { now, hasTurn });
    if (counted === "blocked") return "blocked";
    if (counted.waitMs > 0) return { type: "later", waitMs: counted.waitMs };
    const used = await this.#codes.use(trx, { cabinet: cabinet.id, code, person: person.id }, now);
    const rental = used && await lockRental(trx, used.rental);
    if (rental?.state !== "held") {
      await counted.attempt.wrong(trx, { cabinet: cabinet.id, now });
      return "wrong-code";
    }
    await counted.attempt.right(trx);
    await note(trx, { ...rental, person: person.id }, { kind: "code-used", now });
    const found = await opens(trx, { rental, cabinet });
    const changes = await collected(trx, rental, { picker: person.id, collecting: Number(!isReason(found)) });
    return isReason(found) ? { reason: found, changes } : { ...found, changes };
  }
}

/** Notes who beside the rental's person may take the thing out, and whether their tap is under way. */
async function collected(
  trx: Tables,
  { id, state }: RentalTable,
  set: Pick<RentalTable, "picker" | "collecting">,
): Promise<DomainChange[]> {
  const row = await changeRental(trx, id, { from: [state], set });
  return row ? [{ type: "rental", row }] : [];
}

function isReason(found: Allocation | Reason): found is Reason {
  return typeof found === "string";
}

/** Whether a rental that is not over may be opened now. */
async function opens(
  trx: Tables,
  { rental, cabinet }: { rental: RentalTable; cabinet: Cabinet },
): Promise<Allocation | Reason> {
  if (rental.state === "ended") return "over";
  if (rental.state === "opening") return "busy";
  if (rental.overdue_at !== null && cabinet.rules.overdue === "hold") return "overdue";
  const cell = await cellAt(trx, rental);
  return cell && cell.state !== "disabled" ? { rental, changes: [] } : "disabled";
}
