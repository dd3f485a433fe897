/** A planned task. It gets the time in ms for which it was planned, not the time when it runs. */
export type Task = (at: number) => void;

/**
 * Tasks in the order of their times; tasks of the same time keep the order in which they were added. No
 * timer: the owner says what time it is.
 */
export class TaskQueue {
  #entries: { readonly at: number; readonly task: Task }[] = [];

  /** When the next task is due, in ms; `Infinity` when there is none. */
  get nextAt(): number {
    return this.#entries[0]?.at ?? Infinity;
  }

  /** Plans `task` for the time `at` in ms. */
  add(at: number, task: Task): void {
    const later = this.#entries.findIndex((entry) => entry.at > at);
    this.#entries.splice(later < 0 ? this.#entries.length : later, 0, { at, task });
  }

  /** Runs all tasks that are due at `now` in ms, also those that these tasks add for an earlier time. */
  run(now: number): void {
    for (;;) {
      const entry = this.#entries[0];
      if (entry === undefined || entry.at > now) return;
      this.#entries.shift();
      entry.task(entry.at);
    }
  }
}
