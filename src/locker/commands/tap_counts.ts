import { COMMAND } from "../../lib/limits.ts";
import { personOf } from "./beginnings.ts";

/** What is known of people's taps in other isolates. Whoever knows where people are implements it. */
export interface TapsElsewhere {
  /** How many of the person's taps are not over in other isolates, as far as is known here. */
  tapsElsewhere(person: string): number;
  /** Is told how many are not over here, each time that changes. */
  tapsHere(person: string, count: number): void;
}

/** For a program of one isolate. */
export const NO_TAPS_ELSEWHERE: TapsElsewhere = { tapsElsewhere: () => 0, tapsHere: () => {} };

/**
 * Counts each person's taps that are not over, in all isolates. While news of a tap is on its way, two isolates may
 * each let one in that is one too many for both. The operator's are not counted.
 */
export class TapCounts {
  readonly #elsewhere: TapsElsewhere;
  readonly #here = new Map<string, number>();

  constructor(elsewhere: TapsElsewhere) {
    this.#elsewhere = elsewhere;
  }

  /** Whether whoever taps may begin one more. */
  hasRoom(tap: { readonly by: string }): boolean {
    const person = personOf(tap);
    if (person === undefined) return true;
    return (this.#here.get(person) ?? 0) + this.#elsewhere.tapsElsewhere(person) < COMMAND.perPersonMax;
  }

  begun(tap: { readonly by: string }): void {
    this.#add(personOf(tap), 1);
  }

  ended(tap: { readonly by: string }): void {
    this.#add(personOf(tap), -1);
  }

  #add(person: string | undefined, more: 1 | -1): void {
    if (person === undefined) return;
    const count = (this.#here.get(person) ?? 0) + more;
    if (count > 0) this.#here.set(person, count);
    else this.#here.delete(person);
    this.#elsewhere.tapsHere(person, count);
  }
}
