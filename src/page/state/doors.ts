import type { CellView } from "../../cabinet/types.ts";
import { withNews } from "./progress.ts";
import type { PageState } from "./state.ts";
import { finalStateOf, isRunning, withoutTap } from "./taps.ts";

/** The state with these cells in place of the old ones; other cells stay as they are. */
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

interface ShownDoor {
  readonly was: CellView | undefined;
  readonly is: CellView;
  readonly nowMs: number;
}

/**
 * The door decides. A door that is shut after it was seen open ends the matter, so the tap's result goes; a door that
 * is open after a result which did not say so makes that result out of date.
 */
function settle(state: PageState, { was, is, nowMs }: ShownDoor): PageState {
  const { cell, door } = is;
  const tap = [...state.taps.values()].reverse().find((one) => one.cell === cell);
  if (tap === undefined || isRunning(tap) || door === "unknown" || door === was?.door) return state;
  const shut = door === "closed" && was?.door === "open";
  const openAfterAll = door === "open" && finalStateOf(tap.outcome) !== "opened";
  if (!shut && !openAfterAll) return state;
  return withNews({ ...state, taps: withoutTap(state.taps, tap.id) }, {
    news: { kind: "door", door, cell },
    nowMs,
  });
}
