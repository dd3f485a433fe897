import type { CabinetView, CellView, LayoutPlace } from "../../cabinet/types.ts";
import { permittedCells } from "../state/permits.ts";
import { myCells } from "../state/rentals.ts";
import type { PageState } from "../state/state.ts";
import { runningTaps } from "../state/taps.ts";

/** Heights are drawn in quarters of the lowest door, and up to eight times its height. */
const quartersMin = 4;
const quartersMax = 32;

/** The height of a door without one goes by its size: the smallest is 1, each larger one is higher by this. */
const sizeStep = 0.5;

/** A door, or a gap between doors. */
export interface DrawnPlace {
  readonly cell: CellView | undefined;
  readonly quarters: number;
}

/** The mark on a door. `opening`: a tap of this person runs. */
export type DoorMark = "mine" | "opening" | "open" | CellView["state"];

/** The marks, in the order of the legend. */
export const doorMarks: readonly DoorMark[] = [
  "mine",
  "opening",
  "free",
  "held",
  "open",
  "faulty",
  "disabled",
];

/** The columns from left to right; `undefined`: the cabinet has no layout. */
export function doorColumnsOf(cabinet: CabinetView): readonly (readonly DrawnPlace[])[] | undefined {
  if (cabinet.layout === undefined) return undefined;
  const cells = new Map(cabinet.cells.map((cell) => [cell.cell, cell]));
  const { columns } = cabinet.layout;
  const drawn = new Set(columns.flat().map((place) => "cell" in place ? place.cell : undefined));
  // A door that the layout lacks has to be reachable all the same.
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

/** The door's column from the left and its row from the top, from 1; `undefined`: the layout does not have it. */
export function doorPositionOf(
  cabinet: CabinetView,
  cell: number,
): { column: number; row: number } | undefined {
  for (const [index, places] of (cabinet.layout?.columns ?? []).entries()) {
    const row = places.filter((place) => "cell" in place).findIndex((place) =>
      "cell" in place && place.cell === cell
    );
    if (row >= 0) return { column: index + 1, row: row + 1 };
  }
  return undefined;
}

/** Makes the function that says a door's mark in this state. */
export function doorMarker(state: PageState): (cell: CellView) => DoorMark {
  const mine = state.cabinet.mode === "assigned" ? new Set(permittedCells(state).keys()) : myCells(state);
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
