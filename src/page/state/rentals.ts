import type { RentalView } from "../../cabinet/types.ts";
import { withNews } from "./progress.ts";
import { type MyRental, myRental, type PageNews, type PageState } from "./state.ts";
import { isRunning, type PageTap, tapAbout, withoutTap } from "./taps.ts";
import { subjectOfRental } from "./tap_requests.ts";

/** The last tap on the rental's door; at first that is the tap which made the rental. */
export function tapOf({ taps }: Pick<PageState, "taps">, { rental, cell }: RentalView): PageTap | undefined {
  const pickup = tapAbout(taps, "pickup");
  return tapAbout(taps, subjectOfRental(rental)) ?? taps.get(rental) ??
    (pickup?.cell === cell ? pickup : undefined);
}

/** The rental with this id, if it is on the page. */
export function rentalOf({ rentals }: Pick<PageState, "rentals">, rental: string): MyRental | undefined {
  return rentals.find((one) => one.rental === rental);
}

/** The cells of the rentals that have not ended. */
export function myCells({ rentals }: Pick<PageState, "rentals">): ReadonlySet<number> {
  return new Set(rentals.filter(({ state }) => state !== "ended").map(({ cell }) => cell));
}

/** The state with all rentals that the server lists. A rental that is not listed ended while the page was away. */
export function withRentals(
  state: PageState,
  { rentals, nowMs }: { rentals: readonly RentalView[]; nowMs: number },
): PageState {
  const missing = state.rentals.filter(({ rental }) => !rentals.some((one) => one.rental === rental));
  const now = [
    ...missing.map((before) => myRental({ ...before, state: "ended" }, { before, nowMs })),
    ...rentals.map((rental) => myRental(rental, { before: rentalOf(state, rental.rental), nowMs })),
  ];
  const after = withList(state, now);
  const ended = now.find((rental) =>
    rental.state === "ended" && (rentalOf(state, rental.rental)?.state ?? "ended") !== "ended"
  );
  return ended === undefined ? after : withNews(after, { news: endNews(ended), nowMs });
}

/** The state with this rental as it is now. */
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
  const after = withList(state, rentals);
  const news = changeNews(now, before);
  return news === undefined ? after : withNews(after, { news, nowMs });
}

/** The state without the rentals that ended long enough ago. */
export function withoutOldRentals(state: PageState, nowMs: number): PageState {
  const rentals = state.rentals.filter(({ goneAtMs = Infinity }) => goneAtMs > nowMs);
  return rentals.length === state.rentals.length ? state : { ...state, rentals };
}

/** The state without this rental. */
export function withoutRental(state: PageState, rental: string): PageState {
  return { ...state, rentals: state.rentals.filter((one) => one.rental !== rental) };
}

/**
 * The state with this list of rentals. Codes and the dialog need a held rental; a `store` whose answer seemed lost
 * succeeded if its rental is in the list.
 */
function withList(state: PageState, rentals: readonly MyRental[]): PageState {
  const held = new Set(rentals.filter((one) => one.state === "held").map(({ rental }) => rental));
  const sharedCodes = state.sharedCodes.filter(({ rental }) => held.has(rental));
  const isInDialog = ({ rental, collecting }: MyRental) =>
    rental === state.takeDialog && held.has(rental) && !collecting;
  const next = {
    ...state,
    rentals,
    recoveryCodes: state.recoveryCodes.filter(({ rental }) => held.has(rental)),
    takeDialog: rentals.some(isInDialog) ? state.takeDialog : undefined,
    sharedCodes: sharedCodes.length === state.sharedCodes.length ? state.sharedCodes : sharedCodes,
  };
  const lost = [...state.taps.values()].find((tap) =>
    held.has(tap.id) && !isRunning(tap) && tap.outcome.by === "silence"
  );
  return lost === undefined ? next : { ...next, taps: withoutTap(next.taps, lost.id), notice: undefined };
}

function changeNews(now: MyRental, before: MyRental | undefined): PageNews | undefined {
  if (now.state === "ended" && before?.state !== "ended") return endNews(now);
  if (now.collecting && !before?.collecting) return { kind: "collecting", cell: now.cell };
  return before && isLonger(now, before) ? { kind: "extended", cell: now.cell } : undefined;
}

function isLonger({ until: now }: MyRental, { until: before }: MyRental): boolean {
  return now !== undefined && before !== undefined && Date.parse(now) > Date.parse(before);
}

function endNews({ cell, reason, picked }: MyRental): PageNews {
  return { kind: "over", reason, cell, ...(picked ? { picked } : {}) };
}
