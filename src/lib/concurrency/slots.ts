/** How many of something there are at once, up to a limit. */
export class Slots {
  readonly #max: number;
  #taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /**
   * There is one more, until that is disposed of. Disposing twice is harmless.
   *
   * @returns `undefined` if there are as many as there may be
   */
  enter(): Disposable | undefined {
    if (this.#taken >= this.#max) return undefined;
    this.#taken++;
    let isIn = true;
    return {
      [Symbol.dispose]: () => {
        if (isIn) this.#taken--;
        isIn = false;
      },
    };
  }
}
