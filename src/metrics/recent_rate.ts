/** Over how long a rate is taken. */
const WINDOW_MS = 10_000;

/** How fast a count has grown lately. */
export class RecentRate {
  readonly #looks: { readonly at: number; readonly count: number }[];

  /** @param now milliseconds that only go forward */
  constructor(count: number, now: number) {
    this.#looks = [{ at: now, count }];
  }

  /** Looks at the count, and says how much it grew each second, over ten seconds or since the first look. */
  look(count: number, now: number): number {
    this.#looks.push({ at: now, count });
    // The one that stays is at least as old as the time over which the rate is taken.
    while (now - (this.#looks[1]?.at ?? now) >= WINDOW_MS) this.#looks.shift();
    const [first] = this.#looks;
    if (!first || first.at === now) return 0;
    return (count - first.count) / (now - first.at) * 1000;
  }
}
