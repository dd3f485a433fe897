import { isDeepStrictEqual } from "node:util";
import { type CabinetDescription, describedIn } from "./description.ts";
import { DEFAULT_RULES, type Rules } from "./rules.ts";

/** How long a door may stand open where the operator says nothing. */
const { leftOpenSeconds: LEFT_OPEN_SECONDS } = describedIn({});

/** What the operator says of a cabinet that has no effect, a sentence each, which begins with the field. */
export function* withoutEffect(cabinet: CabinetDescription): Generator<string> {
  const { mode, rules, wiring, leftOpenSeconds } = cabinet;
  if (mode === "storage") yield* ofRentals(rules);
  else {
    for (const name of Object.keys(DEFAULT_RULES) as (keyof Rules)[]) {
      if (isDeepStrictEqual(rules[name], DEFAULT_RULES[name])) continue;
      yield `rules.${name}: it has no effect in mode ${mode}, where people are given no cell of their own`;
    }
  }
  if (wiring === "none" && leftOpenSeconds !== null && leftOpenSeconds !== LEFT_OPEN_SECONDS) {
    yield "leftOpenSeconds: it has no effect with wiring none, where no door is known to stand open";
  }
}

function* ofRentals({ rentalMinutes, remindMinutes, overdue }: Rules): Generator<string> {
  if (rentalMinutes === null) {
    const why = "it has no effect without rentalMinutes: a rental lasts until it is given back";
    if (remindMinutes.length > 0) yield `rules.remindMinutes: ${why}`;
    if (overdue !== DEFAULT_RULES.overdue) yield `rules.overdue: ${why}`;
    return;
  }
  const never = remindMinutes.filter((minutes) => minutes >= rentalMinutes);
  if (never.length === 0) return;
  yield `rules.remindMinutes: ${
    never.join(", ")
  } has no effect, as a rental lasts no more than ${rentalMinutes} minutes`;
}

/** What is said of a permit of a cabinet in that mode; `undefined`: it counts. */
export function permitWithoutEffect(mode: CabinetDescription["mode"]): string | undefined {
  if (mode === "assigned") return undefined;
  return mode === "open"
    ? "permits: they have no effect in mode open, where all who are signed in open any cell"
    : "permits: they have no effect in mode storage, where people are given a cell of their own";
}
