import type { TapProgress } from "./command_executor.ts";
import type { CommandStep, RequestedTap, Result } from "./taps.ts";

/** A tap that is not over, and all who want to hear of it. */
export class InFlightCommand implements TapProgress {
  readonly tap: RequestedTap;
  readonly since: number;
  readonly madeAt: number;
  readonly #listeners = new Set<(step: CommandStep) => void>();
  readonly #result = Promise.withResolvers<Result>();
  #step: CommandStep;

  /** @param options.ageMs how old the tap is */
  constructor(tap: RequestedTap, { since, ageMs }: { since: number; ageMs: number }) {
    this.tap = tap;
    this.since = since;
    this.madeAt = since - ageMs;
    this.#step = { state: "requested", cell: tap.command === "open" ? tap.cell : 0 };
    // The answer belongs to all who joined; each of them hears the failure itself.
    this.#result.promise.catch(() => {});
  }

  get step(): CommandStep {
    return this.#step;
  }

  /** How it ends. */
  get result(): Promise<Result> {
    return this.#result.promise;
  }

  /** From now on hears each step. */
  listen(onStep: (step: CommandStep) => void): void {
    this.#listeners.add(onStep);
  }

  advance(step: CommandStep): void {
    this.#step = step;
    for (const listener of this.#listeners) listener(step);
  }

  /** It ends as that does; resolves then. */
  async follow(result: Promise<Result>): Promise<void> {
    await result.then(this.#result.resolve, this.#result.reject);
  }
}
