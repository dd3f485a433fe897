import { rentalOf } from "./rentals.ts";
import type { PageState, ShownRecoveryCode } from "./state.ts";
import { gaveCell, isRunning, type PageTap, tapAbout, withoutTap } from "./taps.ts";
import { subjectOf } from "./tap_requests.ts";

/** The state that shows this recovery code, and no longer waits for it. */
export function withRecoveryCode(
  state: PageState,
  { id, ...code }: ShownRecoveryCode & { readonly id: string },
): PageState {
  const others = state.recoveryCodes.filter(({ rental }) => rental !== code.rental);
  return { ...state, taps: withoutTap(state.taps, id), recoveryCodes: [...others, code] };
}

/** Whether the person can ask for a recovery code of the rental: only guests, and only for what they store. */
export function isRecoverable({ you, rentals }: PageState, rental: string): boolean {
  const { state, picked, collecting } = rentalOf({ rentals }, rental) ?? {};
  return you.guest === true && state === "held" && !picked && !collecting;
}

/** The rentals that a guest has just got, and whose recovery codes the page has not asked for yet. */
export function rentalsWithoutCode(state: PageState): readonly string[] {
  return [...state.taps.values()].filter(hasGivenCell).map(({ id }) => id).filter((rental) =>
    isRecoverable(state, rental) && !state.recoveryCodes.some((code) => code.rental === rental) &&
    tapAbout(state.taps, subjectOf({ type: "way-back", rental })) === undefined
  );
}

function hasGivenCell(tap: PageTap): boolean {
  return tap.request.type === "store" && !isRunning(tap) && gaveCell(tap.outcome);
}
