/**
 * Why the page itself does not take a tap: what the server would say anyway, without asking it.
 *
 * @module
 */
import type { CellState } from "../locker/types.ts";
import { cellsNow } from "./permits.ts";
import type { Connection, PageState } from "./state.ts";
import { isDoorKind, type Wish } from "./wishes.ts";

/** See the module. */
export type Refusal =
  | Exclude<Connection, "live">
  | "cabinet-offline"
  | Extract<CellState, "disabled" | "faulty">
  | "forbidden"
  /** No cell at all is free, or none of that size. */
  | "full"
  | "size-full";

/** Why this would not be taken; `undefined` when it would. */
export function refusalOf(state: PageState, wish: Wish): Refusal | undefined {
  if (state.connection !== "live") return state.connection;
  if (!isDoorKind(wish.type)) return undefined;
  if (!state.cabinet.online) return "cabinet-offline";
  if (wish.type === "open") return refusalOfCell(state, wish.cell);
  if (wish.type !== "store" || hasRoom(state, wish.size)) return undefined;
  return freeCells(state, undefined) > 0 ? "size-full" : "full";
}

/** How many free cells there are of that size; `undefined`: of any. */
export function freeCells({ cabinet }: PageState, size: string | undefined): number {
  return cabinet.cells.filter((cell) => cell.state === "free" && (size === undefined || cell.size === size))
    .length;
}

/**
 * Whether a cell of that size or a larger one is free. Which sizes the operator ranks is not known here: where this is
 * too hopeful, the server says so.
 */
export function hasRoom(state: PageState, size: string | undefined): boolean {
  const { sizes } = state.cabinet;
  const fitting = size === undefined ? [undefined] : sizes.slice(sizes.indexOf(size));
  return fitting.some((one) => freeCells(state, one) > 0);
}

function refusalOfCell(state: PageState, cell: number): Refusal | undefined {
  const use = state.cabinet.cells.find((one) => one.cell === cell)?.state;
  if (use === "disabled" || use === "faulty") return use;
  return state.cabinet.mode === "assigned" && !cellsNow(state).has(cell) ? "forbidden" : undefined;
}
