import type { Rules } from "../cabinet/rules.ts";

/**
 * Whether the person may have one more cell of the cabinet.
 *
 * @param rentals the person's there that are not over
 */
export function mayHaveMore(
  rules: Rules,
  { isGuest, rentals }: { isGuest: boolean; rentals: readonly { readonly state: string }[] },
): boolean {
  const { rentalsPerPerson, rentalsPerGuest } = rules;
  const held = rentals.filter(({ state }) => state !== "returning").length;
  if (rentalsPerPerson !== null && held >= rentalsPerPerson) return false;
  return !isGuest || rentalsPerGuest === null || rentals.length < rentalsPerGuest;
}

/** The sizes in which something of this size fits, best first; `undefined`: any, when none was asked for. */
export function sizesFrom(rules: Rules, size: string | undefined): readonly string[] | undefined {
  if (size === undefined) return undefined;
  const rank = rules.sizes.indexOf(size);
  return rank < 0 ? [size] : rules.sizes.slice(rank);
}

/** Each of these sizes once, small ones first; those that have no rank come last. */
export function sizesOf(rules: Rules, sizes: readonly string[]): string[] {
  const rank = (size: string) => rules.sizes.indexOf(size) + 1 || Infinity;
  return [...new Set(sizes)].sort((a, b) => rank(a) - rank(b) || 0);
}

/** When a rental that begins then should be over, and when something is due for it first. */
export function timesOf(rules: Rules, since: number): { until: number | null; due: number | null } {
  if (rules.rentalMinutes === null) return { until: null, due: null };
  const until = since + rules.rentalMinutes * 60_000;
  return { until, due: nextDue(rules, { until, after: since }) };
}

/** The next reminder behind `after`, or the end. */
export function nextDue(rules: Rules, { until, after }: { until: number; after: number }): number {
  const reminders = rules.remindMinutes.map((minutes) => until - minutes * 60_000).filter((at) => at > after);
  return Math.min(until, ...reminders);
}
