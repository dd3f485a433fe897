import type { Clock } from "../clock.ts";
import { CODE_MS } from "../limits.ts";
import { randomName } from "../random.ts";
import { Refusal } from "../refusal.ts";

/** Codes that work once, within 5 minutes. */
export class OneTimeCodes<Meaning> {
  readonly #issued = new Map<
    string,
    { readonly meaning: Meaning; readonly endsAt: number; isUsed: boolean }
  >();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(meaning: Meaning): string {
    const code = randomName(32);
    this.#issued.set(code, { meaning, endsAt: this.#clock.now() + CODE_MS, isUsed: false });
    return code;
  }

  /**
   * Uses the code up, and returns its meaning.
   *
   * @throws {Refusal}
   */
  take(code: string): Meaning {
    const issued = this.#issued.get(code);
    if (issued?.isUsed) throw new Refusal(40163);
    if (!issued || issued.endsAt <= this.#clock.now()) throw new Refusal(40029);
    issued.isUsed = true;
    return issued.meaning;
  }
}
