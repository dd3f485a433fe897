/**
 * How a tap that is about a rental begins: whether it may, which cell it opens, and the command that says so, all
 * in one transaction.
 *
 * @module
 */
import { cellAt, takeBackCell } from "../db/cells.ts";
import { commandById, insertCommand } from "../db/commands.ts";
import type { CommandTable, RentalTable, Tables } from "../db/mod.ts";
import { lockPerson } from "../db/people.ts";
import { changeRental, countHeld, countOpen, lockRental } from "../db/rentals.ts";
import { giveCell, type Given } from "./allocation.ts";
import type { Cabinet } from "./cabinet.ts";
import type { Change } from "./changes.ts";
import type { Codes } from "./codes.ts";
import { note } from "./outcomes.ts";
import type { Reason } from "./types.ts";

/** A tap that is about a rental. */
export type StorageTap =
  & {
    readonly id: string;
    readonly cabinet: Cabinet;
    /** `person:<id>`. */
    readonly by: string;
    /** See {@linkcode OpenTap.at}. */
    readonly at?: number | undefined;
  }
  & (
    | { readonly command: "store"; readonly size?: string | undefined }
    | { readonly command: "reopen" | "retrieve"; readonly rental: string }
    | { readonly command: "pickup"; readonly code: string; readonly address: string }
  );

/** How it began. */
export type Beginning =
  | { readonly type: "known"; readonly row: CommandTable }
  | { readonly type: "refused"; readonly reason: Reason; readonly changes: readonly Change[] }
  | { readonly type: "begun"; readonly cell: number; readonly changes: readonly Change[] };

/** What was found: a cell to open, or why there is none, and what changed all the same. */
type Found = Given | Reason | { readonly reason: Reason; readonly changes: readonly Change[] };

/** See the module. */
export class Beginnings {
  readonly #codes: Codes;

  constructor(codes: Codes) {
    this.#codes = codes;
  }

  /** @param refused why nothing may begin now, though a known tap is still known */
  async begin(
    trx: Tables,
    tap: StorageTap,
    { now, refused }: { now: number; refused: Reason | undefined },
  ): Promise<Beginning> {
    const known = await commandById(trx, tap.id);
    if (known) return { type: "known", row: known };
    const found = refused ?? await this.#find(trx, tap, now);
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
    };
    if (typeof found === "string" || "reason" in found) {
      const { reason, changes } = typeof found === "string" ? { reason: found, changes: [] } : found;
      // Who is blocked may try as often as he likes without filling the journal.
      if (reason !== "blocked") {
        await insertCommand(trx, { ...row, state: "refused", reason, finished_at: now });
      }
      return { type: "refused", reason, changes };
    }
    const { rental, changes } = found;
    await countOpen(trx, rental.id);
    await insertCommand(trx, { ...row, cell: rental.cell, rental: rental.id });
    return { type: "begun", cell: rental.cell, changes };
  }

  async #find(trx: Tables, tap: StorageTap, now: number): Promise<Found> {
    const person = personOf(tap);
    if (person === undefined || tap.cabinet.mode !== "storage") return "forbidden";
    // One at a time, and nothing for whoever was removed: nobody could take it out again.
    if (!await lockPerson(trx, person)) return "forbidden";
    switch (tap.command) {
      case "store":
        return await this.#store(trx, { tap, person, now });
      case "reopen":
      case "retrieve":
        return await this.#own(trx, { tap, person, now });
      case "pickup":
        return await this.#pickUp(trx, { tap, person, now });
    }
  }

  async #store(
    trx: Tables,
    { tap, person, now }: { tap: StorageTap & { command: "store" }; person: string; now: number },
  ): Promise<Found> {
    const { id, cabinet } = tap;
    const { rentalsPerPerson: most } = cabinet.rules;
    if (most !== null && await countHeld(trx, cabinet.id, person) >= most) return "limit";
    return await giveCell(trx, { id, cabinet, person, size: tap.size }, now) ?? "full";
  }

  async #own(
    trx: Tables,
    { tap, person, now }: { tap: StorageTap & { rental: string }; person: string; now: number },
  ): Promise<Found> {
    const rental = await lockRental(trx, tap.rental);
    const isTheirs = rental?.person === person || rental?.picker === person;
    if (!rental || rental.cabinet !== tap.cabinet.id || !isTheirs) return "forbidden";
    if (rental.state === "ended" && tap.command === "reopen") {
      return await this.#takeUp(trx, { tap, rental, now });
    }
    return await opens(trx, { rental, cabinet: tap.cabinet });
  }

  /** Opens once more for the last person, as long as nobody else was given the cell. */
  async #takeUp(
    trx: Tables,
    { tap, rental, now }: { tap: StorageTap; rental: RentalTable; now: number },
  ): Promise<Found> {
    const { id, cabinet, cell, ended_at, end_reason } = rental;
    const inTime = ended_at !== null && now < ended_at + tap.cabinet.rules.graceSeconds * 1000;
    if (!inTime || end_reason === "operator") return "over";
    const taken = await takeBackCell(trx, { cabinet, cell, rental: id });
    const row = taken && await changeRental(trx, id, { from: ["ended"], set: { state: "returning" } });
    if (!row) return "over";
    return { rental: row, changes: [{ type: "rental", row }, { type: "cell", row: taken }] };
  }

  /** The code is used up for good; who used it may take the thing out from then on, should the door jam. */
  async #pickUp(
    trx: Tables,
    { tap, person, now }: { tap: StorageTap & { command: "pickup" }; person: string; now: number },
  ): Promise<Found> {
    const { cabinet, code, address } = tap;
    const used = await this.#codes.use(trx, { cabinet: cabinet.id, code, person, address }, now);
    if (typeof used === "string") return used;
    const row = await changeRental(trx, used.rental, { from: ["held"], set: { picker: person } });
    if (!row) return "wrong-code";
    await note(trx, { ...row, person }, { kind: "code-used", now, detail: null });
    const found = await opens(trx, { rental: row, cabinet });
    const changes = [{ type: "rental", row }] as const;
    return typeof found === "string" ? { reason: found, changes } : { ...found, changes };
  }
}

/** Whether a rental that is not over may be opened now. */
async function opens(
  trx: Tables,
  { rental, cabinet }: { rental: RentalTable; cabinet: Cabinet },
): Promise<Given | Reason> {
  if (rental.state === "ended") return "over";
  if (rental.state === "opening") return "busy";
  if (rental.overdue_at !== null && cabinet.rules.overdue === "hold") return "overdue";
  const cell = await cellAt(trx, rental.cabinet, rental.cell);
  return cell && cell.state !== "disabled" ? { rental, changes: [] } : "disabled";
}

/** The person who taps; `undefined`: the operator, who has no rentals. */
export function personOf({ by }: { readonly by: string }): string | undefined {
  return by.startsWith("person:") ? by.slice("person:".length) : undefined;
}
