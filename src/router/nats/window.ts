/** Lets only so many be under way; the others wait their turn. */
export class RequestWindow {
  readonly #max: number;
  #underWay = 0;
  #waiting: (() => void)[] = [];
  /** How many of those that wait have had their turn. */
  #turns = 0;
  #isFilling = false;

  constructor(max: number) {
    this.#max = max;
  }

  /** Begins as soon as there is room; whoever began says once that it is through. */
  enter(begin: () => void): void {
    this.#waiting.push(begin);
    this.#fill();
  }

  /** One is through. */
  leave(): void {
    this.#underWay--;
    this.#fill();
  }

  #fill(): void {
    // One may be through while it begins.
    if (this.#isFilling) return;
    this.#isFilling = true;
    while (this.#underWay < this.#max) {
      const begin = this.#waiting[this.#turns++];
      if (!begin) {
        this.#waiting = [];
        this.#turns = 0;
        break;
      }
      this.#underWay++;
      begin();
    }
    this.#isFilling = false;
  }
}
