import type { Traveller } from "./command_executor.ts";
import type { Result, Step, Tap } from "./taps.ts";

/** A tap that is not over, and all who want to hear of it. */
export class RunningTap implements Traveller {
  readonly tap: Tap;
  readonly since: number;
  readonly madeAt: number;
  readonly #listeners = new Set<(step: Step) => void>();
  readonly #result = Promise.withResolvers<Result>();
  #step: Step;

  /** @param options.ageMs how old the tap is */
  constructor(tap: Tap, { since, ageMs }: { since: number; ageMs: number }) {
    this.tap = tap;
    this.since = since;
    this.madeAt = since - ageMs;
    this.#step = { state: "requested", cell: tap.command === "open" ? tap.cell : 0 };
    // The answer belongs to all who joined; each of them hears the failure itself.
    this.#result.promise.catch(() => {});
  }

  get step(): Step {
    return this.#step;
  }

  /** How it ends. */
  get result(): Promise<Result> {
    return this.#result.promise;
  }

  /** From now on hears each step. */
  listen(onStep: (step: Step) => void): void {
    this.#listeners.add(onStep);
  }

  tell(step: Step): void {
    this.#step = step;
    for (const listener of this.#listeners) listener(step);
  }

  /** It ends as that does; resolves then. */
  async follow(result: Promise<Result>): Promise<void> {
    await result.then(this.#result.resolve, this.#result.reject);
  }
}
