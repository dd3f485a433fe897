import { setImmediate } from "node:timers";

/** Lets so many begin in each turn of the event loop; the others wait for a later one, first come, first served. */
export class Pace {
  readonly #perTurn: number;
  readonly #waiting: (() => void)[] = [];
  #begun = 0;

  constructor(perTurn: number) {
    this.#perTurn = perTurn;
  }

  /** Resolves when it is one's turn to begin. */
  turn(): Promise<void> {
    if (this.#begun === 0) setImmediate(() => this.#next());
    if (this.#begun < this.#perTurn) {
      this.#begun++;
      return Promise.resolve();
    }
    return new Promise((begin) => this.#waiting.push(begin));
  }

  #next(): void {
    const some = this.#waiting.splice(0, this.#perTurn);
    this.#begun = some.length;
    if (some.length > 0) setImmediate(() => this.#next());
    for (const begin of some) begin();
  }
}
