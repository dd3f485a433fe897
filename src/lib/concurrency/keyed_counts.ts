/** How many of something each key has at once, up to a limit. A key that has none is not remembered. */
export class KeyedCounts {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  /** @param max of one key */
  constructor(max: number) {
    this.#max = max;
  }

  /** Whether the key may have one more. */
  hasRoom(key: string): boolean {
    return (this.#counts.get(key) ?? 0) < this.#max;
  }

  /**
   * The key has one more, until that is disposed of. Disposing twice is harmless.
   *
   * @returns `undefined` if the key has as many as it may
   */
  enter(key: string): Disposable | undefined {
    if (!this.hasRoom(key)) return undefined;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    let isIn = true;
    return {
      [Symbol.dispose]: () => {
        if (isIn) this.#leave(key);
        isIn = false;
      },
    };
  }

  #leave(key: string): void {
    const left = (this.#counts.get(key) ?? 0) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}
