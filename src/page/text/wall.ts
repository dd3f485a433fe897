/**
 * How the cabinet stands on the wall: columns of doors with their heights, and what each door looks like in a drawing
 * that is only looked at.
 *
 * @module
 */
import type { CabinetView, CellView, LayoutPlace } from "../../cabinet/types.ts";
import { cellsNow } from "../state/permits.ts";
import { myCells } from "../state/rentals.ts";
import type { PageState } from "../state/state.ts";
import { runningTaps } from "../state/taps.ts";

/** Heights are drawn in quarters of the lowest door; more than eight times that is not. */
const quartersMin = 4;
const quartersMax = 32;

/** The height of a size that has no height of its own: the smallest is 1, the next ones half more each. */
const sizeStep = 0.5;

/** A door, or a place without one. */
export interface WallPlace {
  readonly cell: CellView | undefined;
  readonly quarters: number;
}

/** What a door in the drawing stands for. `opening`: a tap of this person is on its way to it. */
export type Mark = "mine" | "opening" | "open" | CellView["state"];

/** The marks in the order of the legend. */
export const marks: readonly Mark[] = ["mine", "opening", "free", "held", "open", "faulty", "disabled"];

/** The columns from left to right; `undefined`: nobody said how the doors stand. */
export function wallOf(cabinet: CabinetView): readonly (readonly WallPlace[])[] | undefined {
  if (cabinet.layout === undefined) return undefined;
  const cells = new Map(cabinet.cells.map((cell) => [cell.cell, cell]));
  const { columns } = cabinet.layout;
  const drawn = new Set(columns.flat().map((place) => "cell" in place ? place.cell : undefined));
  // A door that the drawing forgot must be reached all the same.
  const rest = cabinet.cells.filter(({ cell }) => !drawn.has(cell)).map(({ cell }) => ({ cell }));
  const all = (rest.length === 0 ? columns : [...columns, rest]).map((column) =>
    column.map((place) => ({ cell: "cell" in place ? cells.get(place.cell) : undefined, place }))
  );
  const heights = all.flat().filter(({ cell }) => cell !== undefined)
    .map(({ cell, place }) => heightOf(place, { cell, cabinet }));
  const lowest = Math.min(...heights);
  return all.map((column) =>
    column.map(({ cell, place }) => ({
      cell,
      quarters: quartersOf(heightOf(place, { cell, cabinet }) / lowest),
    }))
  );
}

/** Which column from the left and which door from the top, from 1; `undefined`: nobody said. */
export function placeOf(cabinet: CabinetView, cell: number): { column: number; row: number } | undefined {
  for (const [index, places] of (cabinet.layout?.columns ?? []).entries()) {
    const row = places.filter((place) => "cell" in place).findIndex((place) =>
      "cell" in place && place.cell === cell
    );
    if (row >= 0) return { column: index + 1, row: row + 1 };
  }
  return undefined;
}

/** What each door stands for now. */
export function marksOf(state: PageState): (cell: CellView) => Mark {
  const mine = state.cabinet.mode === "assigned" ? new Set(cellsNow(state).keys()) : myCells(state);
  const opening = new Set(runningTaps(state.taps).map(({ cell }) => cell));
  return ({ cell, state: use, door }) => {
    if (opening.has(cell)) return "opening";
    if (mine.has(cell)) return "mine";
    if (use === "disabled" || use === "faulty") return use;
    return door === "open" ? "open" : use;
  };
}

function heightOf(
  place: LayoutPlace,
  { cell, cabinet }: { cell: CellView | undefined; cabinet: CabinetView },
): number {
  if ("gap" in place) return place.gap;
  return place.height ?? 1 + sizeStep * Math.max(0, cabinet.sizes.indexOf(cell?.size ?? ""));
}

function quartersOf(ratio: number): number {
  return Math.min(quartersMax, Math.max(1, Math.round(ratio * quartersMin)));
}
