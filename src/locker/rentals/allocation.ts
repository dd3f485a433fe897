import { assignFreeCell, reassignCell } from "../../db/queries/cells.ts";
import { changeCommand, insertCommand } from "../../db/journal/commands.ts";
import type { CommandTable, RentalTable, Tables } from "../../db/mod.ts";
import { changeRental } from "../../db/queries/rentals.ts";
import { renameOpening } from "../../db/journal/openings.ts";
import type { Cabinet } from "../cabinets/cabinet.ts";
import type { DomainChange } from "../changes.ts";
import { insertNumbered } from "../codes/rental_numbers.ts";
import type { Rules } from "../../cabinet/rules.ts";
import { sizesFrom, timesOf } from "../rules.ts";

/** A person's request for a cell, and its size. */
export interface CellRequest {
  /** The `store`'s id, which becomes the rental's. */
  readonly id: string;
  readonly cabinet: Cabinet;
  readonly person: string;
  readonly size: string | undefined;
}

/** A cell that is given to no other person, with the rental that it will be once the door is known to have opened. */
export interface Allocation {
  readonly rental: RentalTable;
  readonly changes: readonly DomainChange[];
}

/** Gives a free cell; `undefined`: there is none. */
export async function giveCell(trx: Tables, wish: CellRequest, now: number): Promise<Allocation | undefined> {
  const { id, person } = wish;
  const { id: cabinet, rules } = wish.cabinet;
  const sizes = sizesFrom(rules, wish.size);
  const taken = await assignFreeCell(trx, { cabinet, sizes, order: rules.sizes, rental: id });
  if (!taken) return undefined;
  const { until, due } = timesOf(rules, now);
  const rental: RentalTable = {
    id,
    number: null,
    way_back: null,
    cabinet,
    cell: taken.cell,
    person,
    picker: null,
    collecting: 0,
    state: "opening",
    since: now,
    until,
    due_at: due,
    overdue_at: null,
    ended_at: null,
    end_reason: null,
    opens: 0,
  };
  return { rental: await insertNumbered(trx, rental, now), changes: [{ type: "cell", row: taken }] };
}

/**
 * Gives another cell where the door did not open: the tap's command goes on with it, and how the first cell
 * went stays in the journal under an id of its own, so that there is a command for every pulse.
 */
export async function giveAnotherCell(
  trx: Tables,
  wish: CellRequest,
  { failed, now }: { failed: CommandTable; now: number },
): Promise<Allocation | undefined> {
  const given = await giveCell(trx, wish, now);
  if (!given) return undefined;
  const id = crypto.randomUUID();
  await insertCommand(trx, { ...failed, id, rental: null });
  // Its door may have been seen open all the same, too late.
  await renameOpening(trx, { from: failed.id, to: id });
  await changeCommand(trx, wish.id, {
    from: ["failed"],
    cell: failed.cell,
    set: {
      cell: given.rental.cell,
      state: "requested",
      reason: null,
      sent_at: null,
      sent_epoch: null,
      finished_at: null,
    },
  });
  return given;
}

/** Whether the rental ended so lately that it may be taken up; what the operator ended is over. */
export function isInGrace(
  { ended_at, end_reason }: RentalTable,
  { rules, now }: { rules: Rules; now: number },
): boolean {
  return end_reason !== "operator" && ended_at !== null && now < ended_at + rules.graceSeconds * 1000;
}

/** Gives the cell to the rental that ended; `undefined`: another person has it, or it is out of use. */
export async function takenBack(
  trx: Tables,
  { rental: { id, cabinet, cell }, set }: { rental: RentalTable; set: Partial<RentalTable> },
): Promise<Allocation | undefined> {
  const taken = await reassignCell(trx, { cabinet, cell, rental: id });
  const row = taken && await changeRental(trx, id, { from: ["ended"], set });
  return row && { rental: row, changes: [{ type: "rental", row }, { type: "cell", row: taken }] };
}
