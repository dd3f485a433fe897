/**
 * Why the page itself does not take a tap: what the server would say anyway, without asking it.
 *
 * @module
 */
import type { PageNews, PageRefusal, PageState } from "./state.ts";
import { cellsNow } from "./permits.ts";
import { isRunning, type PageTap, tapAbout, withoutTap } from "./taps.ts";
import { isDoorKind, type TapMessageDraft } from "./wishes.ts";

/** Why this would not be taken; `undefined` when it would. */
export function refusalOf(state: PageState, wish: TapMessageDraft): PageRefusal | undefined {
  if (state.connection !== "live") return state.connection;
  if (!isDoorKind(wish.type)) return undefined;
  if (!state.cabinet.online) return "cabinet-offline";
  if (wish.type === "open") return refusalOfCell(state, wish.cell);
  if (wish.type !== "store") return undefined;
  if (isAtLimit(state)) return "limit";
  if (hasRoom(state, wish.size)) return undefined;
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
  if (notice?.news.kind === "refusal" && !stands(notice.news, state)) return { ...state, notice: undefined };
  if (!isAtLimit(before) || isAtLimit(state)) return state;
  // The server's own word: the page did not know better when it asked.
  const store = tapAbout(taps, "store");
  if (store === undefined || !isForLimit(store)) return state;
  const isTold = notice?.news.kind === "outcome" && notice.news.tap.id === store.id;
  return { ...state, taps: withoutTap(taps, store.id), notice: isTold ? undefined : notice };
}

/** Whether what stood in the way still does, as far as that is known here. */
function stands({ refusal, cell }: PageNews & { kind: "refusal" }, state: PageState): boolean {
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

function isForLimit(tap: PageTap): boolean {
  return !isRunning(tap) && tap.outcome.by === "server" && tap.outcome.reason === "limit";
}

function refusalOfCell(state: PageState, cell: number): PageRefusal | undefined {
  const use = state.cabinet.cells.find((one) => one.cell === cell)?.state;
  if (use === "disabled" || use === "faulty") return use;
  return state.cabinet.mode === "assigned" && !cellsNow(state).has(cell) ? "forbidden" : undefined;
}
