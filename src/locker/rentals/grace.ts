import { reassignCell } from "../../db/queries/cells.ts";
import type { RentalTable, Tables } from "../../db/mod.ts";
import { changeRental } from "../../db/queries/rentals.ts";
import type { Allocation } from "./allocation.ts";
import type { Rules } from "../../cabinet/rules.ts";

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
