/**
 * What a new reading of the doors changes, beside the doors themselves.
 *
 * @module
 */
import type { CellView } from "../locker/types.ts";
import type { Notice, PageState } from "./state.ts";
import { shownAs, withoutTap } from "./taps.ts";

/** The state with these cells in the place of the old ones; cells that are not named stay as they are. */
export function withCells(
  state: PageState,
  { cells, nowMs }: { cells: readonly CellView[]; nowMs: number },
): PageState {
  const known = new Map(state.cabinet.cells.map((cell) => [cell.cell, cell]));
  const settled = cells.reduce(
    (before, after) => settle(before, { was: known.get(after.cell), is: after, nowMs }),
    state,
  );
  for (const cell of cells) known.set(cell.cell, cell);
  const sorted = [...known.values()].sort((a, b) => a.cell - b.cell);
  return { ...settled, cabinet: { ...state.cabinet, cells: sorted } };
}

interface Reading {
  readonly was: CellView | undefined;
  readonly is: CellView;
  readonly nowMs: number;
}

/**
 * The door has the last word: shut again after it was seen open, the matter is closed; seen open after a result
 * that did not say so, the result is out of date.
 */
function settle(state: PageState, { was, is, nowMs }: Reading): PageState {
  const tap = state.taps.get(is.cell);
  if (tap?.step !== "ended" || is.door === "unknown" || is.door === was?.door) return state;
  const shut = is.door === "closed" && was?.door === "open";
  const openAfterAll = is.door === "open" && shownAs(tap.outcome) !== "opened";
  if (!shut && !openAfterAll) return state;
  const notice: Notice = { cell: is.cell, news: { kind: "door", door: is.door }, atMs: nowMs };
  return { ...state, taps: withoutTap(state.taps, is.cell), notice };
}
