import type { CommandStep, RequestedTap, Result } from "./taps.ts";

/** A tap that is not over, and the listeners to its steps. */
export class InFlightCommand {
  readonly tap: RequestedTap;
  readonly since: number;
  /** When the tap was made, on the clock that only goes forward, as `since`. */
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
    // Each caller that joined gets the failure itself.
    this.#result.promise.catch(() => {});
  }

  /** Where it is. */
  get step(): CommandStep {
    return this.#step;
  }

  /** How it ends. */
  get result(): Promise<Result> {
    return this.#result.promise;
  }

  /** Calls the listener with each step from now on. */
  listen(onStep: (step: CommandStep) => void): void {
    this.#listeners.add(onStep);
  }

  /** Takes the command to its next step. */
  advance(step: CommandStep): void {
    this.#step = step;
    for (const listener of this.#listeners) listener(step);
  }

  /** Ends the command as the given result does; resolves then. */
  async follow(result: Promise<Result>): Promise<void> {
    await result.then(this.#result.resolve, this.#result.reject);
  }
}
