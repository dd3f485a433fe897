/** How many there are of something over all isolates of the program. */
export interface ConnectionCounter {
  readonly total: number;
  add(count: number): void;
}

/** A count over all isolates of the program, in shared memory: each writes its own part, and all read the sum. */
export class SharedCount implements ConnectionCounter {
  readonly #parts: Int32Array;
  readonly #mine: number;

  /** @param isolate index of this isolate */
  constructor(memory: SharedArrayBuffer, isolate: number) {
    this.#parts = new Int32Array(memory);
    this.#mine = isolate;
  }

  static memory(isolates: number): SharedArrayBuffer {
    return new SharedArrayBuffer(isolates * Int32Array.BYTES_PER_ELEMENT);
  }

  /** The isolate is gone, and with it what it counted. */
  static abandon(memory: SharedArrayBuffer, isolate: number): void {
    Atomics.store(new Int32Array(memory), isolate, 0);
  }

  get total(): number {
    let sum = 0;
    for (let part = 0; part < this.#parts.length; part++) sum += Atomics.load(this.#parts, part);
    return sum;
  }

  add(count: number): void {
    Atomics.add(this.#parts, this.#mine, count);
  }
}
