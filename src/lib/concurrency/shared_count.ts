/** Counts connections over all isolates of the program. */
export interface ConnectionCounter {
  /** The count over all isolates. */
  readonly total: number;
  /** Changes this isolate's own part of it. */
  add(count: number): void;
}

/** A counter in shared memory: each isolate writes its own part, and all read the sum. */
export class SharedCount implements ConnectionCounter {
  readonly #parts: Int32Array;
  readonly #own: number;

  /**
   * @param memory of {@linkcode SharedCount.memory}
   * @param isolate index of this isolate
   */
  constructor(memory: SharedArrayBuffer, isolate: number) {
    this.#parts = new Int32Array(memory);
    this.#own = isolate;
  }

  /** Memory of a counter for so many isolates; it is handed to each of them. */
  static memory(isolates: number): SharedArrayBuffer {
    return new SharedArrayBuffer(isolates * Int32Array.BYTES_PER_ELEMENT);
  }

  /** Takes out what an isolate counted that has died. */
  static abandon(memory: SharedArrayBuffer, isolate: number): void {
    Atomics.store(new Int32Array(memory), isolate, 0);
  }

  get total(): number {
    let sum = 0;
    for (let part = 0; part < this.#parts.length; part++) sum += Atomics.load(this.#parts, part);
    return sum;
  }

  add(count: number): void {
    Atomics.add(this.#parts, this.#own, count);
  }
}
