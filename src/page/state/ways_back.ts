/**
 * How a guest comes back to a rental without this page's session.
 *
 * @module
 */
import type { PageState, ShownRecoveryCode } from "./state.ts";
import { rentalOf } from "./rentals.ts";
import { gaveCell, isRunning, type PageTap, tapAbout, withoutTap } from "./taps.ts";
import { subjectOf } from "./wishes.ts";

/** The state in which that is shown. */
export function withWayBack(
  state: PageState,
  { id, ...one }: ShownRecoveryCode & { readonly id: string },
): PageState {
  const others = state.waysBack.filter(({ rental }) => rental !== one.rental);
  return { ...state, taps: withoutTap(state.taps, id), waysBack: [...others, one] };
}

/** Whether there is one to be asked for. */
export function mayComeBack({ you, rentals }: PageState, rental: string): boolean {
  const { state, picked, collecting } = rentalOf({ rentals }, rental) ?? {};
  return you.guest === true && state === "held" && !picked && !collecting;
}

/** The rentals that a guest has just been given, and of which it was not asked yet. */
export function newWaysBack(state: PageState): readonly string[] {
  return [...state.taps.values()].filter(isGiven).map(({ id }) => id).filter((rental) =>
    mayComeBack(state, rental) && !state.waysBack.some((one) => one.rental === rental) &&
    tapAbout(state.taps, subjectOf({ type: "way-back", rental })) === undefined
  );
}

function isGiven(tap: PageTap): boolean {
  return tap.wish.type === "store" && !isRunning(tap) && gaveCell(tap.outcome);
}
