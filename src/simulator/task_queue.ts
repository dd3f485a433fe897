/**
 * What is to be done later, in the order of time. No timer: whoever owns the tasks says what time it is.
 *
 * @module
 */

/** Something to be done; gets the time in ms for which it was planned, not the time when it was noticed. */
export type Task = (at: number) => void;

/** Tasks in the order of their times; tasks of the same time keep the order in which they were added. */
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

  /** Does all that is due at `now` in ms, also what these tasks add for a time already past. */
  run(now: number): void {
    for (;;) {
      const entry = this.#entries[0];
      if (entry === undefined || entry.at > now) return;
      this.#entries.shift();
      entry.task(entry.at);
    }
  }
}
