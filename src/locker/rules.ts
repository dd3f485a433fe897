/**
 * What a cabinet's operator decides about rentals.
 *
 * @module
 */

/** See the module. */
export interface Rules {
  /** Cells of this cabinet that one person may have at once; `null`: as many as are free. */
  readonly rentalsPerPerson: number | null;
  /** The same for a guest, who costs nothing: cells that are being given back count too. */
  readonly rentalsPerGuest: number | null;
  /** How long a rental lasts, in minutes; `null`: until it is given back. */
  readonly rentalMinutes: number | null;
  /** A rental that is overdue is only recorded, or the cell stays shut until the operator acts. */
  readonly overdue: "record" | "hold";
  /** How long before its end a rental's reminders come, in minutes. */
  readonly remindMinutes: readonly number[];
  /** How long the last person may open again after giving the cell back, in seconds. */
  readonly graceSeconds: number;
  /** How long a pickup code works, in minutes. */
  readonly codeMinutes: number;
  /** The words for sizes from small to large. A word that is not among them stands for itself alone. */
  readonly sizes: readonly string[];
}

/** What counts where the operator says nothing. */
export const DEFAULT_RULES: Rules = {
  rentalsPerPerson: null,
  rentalsPerGuest: 1,
  rentalMinutes: null,
  overdue: "record",
  remindMinutes: [],
  graceSeconds: 60,
  codeMinutes: 24 * 60,
  sizes: ["XS", "S", "M", "L", "XL", "XXL"],
};

/** The rules that a row describes; it was written from {@linkcode Rules}, maybe by an older version. */
export function rulesOf(json: string): Rules {
  return { ...DEFAULT_RULES, ...JSON.parse(json) as Partial<Rules> };
}

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
