/**
 * How long a DTU waits before it dials again.
 *
 * @module
 */
import { draw, type Random } from "../delay_range.ts";

/** Doubles from the first to the longest wait, with jitter so that a fleet does not come back in one moment. */
export class BackOff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: Random;
  #failures = 0;

  constructor([firstMs, maxMs]: readonly [firstMs: number, maxMs: number], random: Random) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /** The next wait in ms: between half and the whole of the step that has come. */
  nextMs(): number {
    const fullMs = Math.min(this.#maxMs, this.#firstMs * 2 ** this.#failures++);
    return draw([fullMs / 2, fullMs], this.#random);
  }

  /** The server is well: starts again from the first wait. */
  reset(): void {
    this.#failures = 0;
  }
}
