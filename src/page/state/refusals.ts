import { permittedCells } from "./permits.ts";
import type { PageNews, PageRefusal, PageState } from "./state.ts";
import { isRunning, type PageTap, tapAbout, withoutTap } from "./taps.ts";
import { isCommand, type TapRequest } from "./tap_requests.ts";

/** Why the page refuses this request, as the server would; `undefined`: it does not. */
export function refusalOf(state: PageState, request: TapRequest): PageRefusal | undefined {
  if (state.connection !== "live") return state.connection;
  if (!isCommand(request)) return undefined;
  if (!state.cabinet.online) return "cabinet-offline";
  if (request.type === "open") return refusalOfCell(state, request.cell);
  if (request.type !== "store") return undefined;
  if (isAtLimit(state)) return "limit";
  if (hasRoom(state, request.size)) return undefined;
  return freeCells(state, undefined) > 0 ? "size-full" : "full";
}

/** How many cells of that size are free; `undefined`: of any size. */
export function freeCells({ cabinet }: PageState, size: string | undefined): number {
  return cabinet.cells.filter((cell) => cell.state === "free" && (size === undefined || cell.size === size))
    .length;
}

/**
 * Whether a cell of that size or a larger one is free. The page does not know which sizes the operator ranks; where
 * this is too hopeful, the server refuses.
 */
export function hasRoom(state: PageState, size: string | undefined): boolean {
  const { sizes } = state.cabinet;
  const fitting = size === undefined ? [undefined] : sizes.slice(sizes.indexOf(size));
  return fitting.some((size) => freeCells(state, size) > 0);
}

/** Whether the person may have no further cell here. */
export function isAtLimit(
  { rentals, rentalsMax: { held = Infinity, all = Infinity } = {} }: PageState,
): boolean {
  const own = rentals.filter(({ state, picked }) => state !== "ended" && !picked);
  return own.length >= all || own.filter(({ state }) => state === "held").length >= held;
}

/** The state without the news of a refusal whose cause is over. */
export function withoutOldRefusal(state: PageState, before: PageState): PageState {
  const { notice, taps } = state;
  if (notice?.news.kind === "refusal" && !stillApplies(notice.news, state)) {
    return { ...state, notice: undefined };
  }
  if (!isAtLimit(before) || isAtLimit(state)) return state;
  // The server may have refused a `store` for the limit as well: the page did not know of it when it asked.
  const store = tapAbout(taps, "store");
  if (store === undefined || !isRefusedForLimit(store)) return state;
  const isShown = notice?.news.kind === "outcome" && notice.news.tap.id === store.id;
  return { ...state, taps: withoutTap(taps, store.id), notice: isShown ? undefined : notice };
}

/** Whether the cause of the refusal is still there, as far as the page knows. */
function stillApplies({ refusal, cell }: PageNews & { kind: "refusal" }, state: PageState): boolean {
  switch (refusal) {
    case "cabinet-offline":
      return !state.cabinet.online;
    case "disabled":
    case "faulty":
    case "forbidden":
      return cell === undefined || refusalOfCell(state, cell) === refusal;
    case "limit":
      return isAtLimit(state);
    case "full":
      return freeCells(state, undefined) === 0;
    case "size-full":
      return true;
    default:
      return state.connection !== "live";
  }
}

function isRefusedForLimit(tap: PageTap): boolean {
  return !isRunning(tap) && tap.outcome.by === "server" && tap.outcome.reason === "limit";
}

function refusalOfCell(state: PageState, cell: number): PageRefusal | undefined {
  const use = state.cabinet.cells.find((one) => one.cell === cell)?.state;
  if (use === "disabled" || use === "faulty") return use;
  return state.cabinet.mode === "assigned" && !permittedCells(state).has(cell) ? "forbidden" : undefined;
}
