/**
 * What the person has in the cabinet, as the server tells of it.
 *
 * @module
 */
import type { RentalView } from "../../cabinet/types.ts";
import { told } from "./progress.ts";
import { type MyRental, myRental, type PageNews, type PageState } from "./state.ts";
import { isRunning, type PageTap, tapAbout, withoutTap } from "./taps.ts";
import { subjectOfRental } from "./wishes.ts";

/** The last tap on a rental's door, also the one that gave it. */
export function tapOf({ taps }: Pick<PageState, "taps">, { rental, cell }: RentalView): PageTap | undefined {
  const pickup = tapAbout(taps, "pickup");
  return tapAbout(taps, subjectOfRental(rental)) ?? taps.get(rental) ??
    (pickup?.cell === cell ? pickup : undefined);
}

/** The rental, if it is the person's or was a moment ago. */
export function rentalOf({ rentals }: Pick<PageState, "rentals">, rental: string): MyRental | undefined {
  return rentals.find((one) => one.rental === rental);
}

/** The cells of the rentals that are not over. */
export function myCells({ rentals }: Pick<PageState, "rentals">): ReadonlySet<number> {
  return new Set(rentals.filter(({ state }) => state !== "ended").map(({ cell }) => cell));
}

/** The state with all that the person has now. What is not among it ended while nobody listened. */
export function withRentals(
  state: PageState,
  { rentals, nowMs }: { rentals: readonly RentalView[]; nowMs: number },
): PageState {
  const gone = state.rentals.filter(({ rental }) => !rentals.some((one) => one.rental === rental));
  const over = gone.map((before) => myRental({ ...before, state: "ended" }, { before, nowMs }));
  const there = rentals.map((rental) => myRental(rental, { before: rentalOf(state, rental.rental), nowMs }));
  const after = withList(state, [...over, ...there]);
  const isNew = ({ rental, state: now }: MyRental) =>
    now === "ended" && (rentalOf(state, rental)?.state ?? "ended") !== "ended";
  const ended = [...over, ...there].find(isNew);
  return ended === undefined ? after : told(after, { news: overNews(ended), nowMs });
}

/** The state with this one rental as it is now. */
export function withRental(
  state: PageState,
  { rental, nowMs }: { rental: RentalView; nowMs: number },
): PageState {
  const before = rentalOf(state, rental.rental);
  if (before === undefined && rental.state === "ended") return state;
  const now = myRental(rental, { before, nowMs });
  const rentals = before === undefined
    ? [...state.rentals, now]
    : state.rentals.map((one) => one === before ? now : one);
  return changed(withList(state, rentals), { before, now, nowMs });
}

/** The state without the rentals that ended long enough ago. */
export function withoutOld(state: PageState, nowMs: number): PageState {
  const rentals = state.rentals.filter(({ goneAtMs = Infinity }) => goneAtMs > nowMs);
  return rentals.length === state.rentals.length ? state : { ...state, rentals };
}

/** The state with the rental taken out of sight. */
export function withoutRental(state: PageState, rental: string): PageState {
  return { ...state, rentals: state.rentals.filter((one) => one.rental !== rental) };
}

/** Codes count for what is held only; a `store` that seemed to be lost was none where its rental is there. */
function withList(state: PageState, rentals: readonly MyRental[]): PageState {
  const held = new Set(rentals.filter((one) => one.state === "held").map(({ rental }) => rental));
  const shared = state.shared.filter(({ rental }) => held.has(rental));
  const lost = [...state.taps.values()].find((tap) =>
    held.has(tap.id) && !isRunning(tap) && tap.outcome.by === "silence"
  );
  const waysBack = state.waysBack.filter(({ rental }) => held.has(rental));
  const isAsked = ({ rental, collecting }: MyRental) =>
    rental === state.asking && held.has(rental) && !collecting;
  const asking = rentals.some(isAsked) ? state.asking : undefined;
  const next = {
    ...state,
    rentals,
    waysBack,
    asking,
    shared: shared.length === state.shared.length ? state.shared : shared,
  };
  return lost === undefined ? next : { ...next, taps: withoutTap(next.taps, lost.id), notice: undefined };
}

interface RentalChange {
  readonly before: MyRental | undefined;
  readonly now: MyRental;
  readonly nowMs: number;
}

function changed(state: PageState, { before, now, nowMs }: RentalChange): PageState {
  const { cell } = now;
  if (now.state === "ended" && before?.state !== "ended") return told(state, { news: overNews(now), nowMs });
  const isNews = now.collecting && !before?.collecting;
  return isNews ? told(state, { news: { kind: "collecting", cell }, nowMs }) : state;
}

function overNews({ cell, reason, picked }: MyRental): PageNews {
  return { kind: "over", reason, cell, ...(picked ? { picked } : {}) };
}
