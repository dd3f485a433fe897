import type { CellState } from "../../cabinet/kinds.ts";
import type { CellTable } from "../../db/mod.ts";

/** What people see of a cell's use: out of use before all else, then whether a person has it. */
export function cellStateOf({ state, rental }: Pick<CellTable, "state" | "rental">): CellState {
  return state === "free" && rental !== null ? "held" : state;
}
