/** The time over which the rate is taken. */
const WINDOW_MS = 10_000;

/** How fast a count has grown lately. */
export class RecentRate {
  readonly #samples: { readonly at: number; readonly count: number }[];

  /** @param now milliseconds that only go forward */
  constructor(count: number, now: number) {
    this.#samples = [{ at: now, count }];
  }

  /** Adds a sample. @returns by how much the count grew per second, over ten seconds or since the first sample */
  sample(count: number, now: number): number {
    this.#samples.push({ at: now, count });
    // The first sample that stays is at least as old as the window.
    while (now - (this.#samples[1]?.at ?? now) >= WINDOW_MS) this.#samples.shift();
    const [first] = this.#samples;
    if (!first || first.at === now) return 0;
    return (count - first.count) / (now - first.at) * 1000;
  }
}
