import type { BoardRequest, Dialect } from "../dialects/dialect.ts";

/** Finds requests in the bytes of the bus, however they are cut, and resynchronises after garbage. */
export class RequestReader {
  readonly #dialect: Dialect;
  #rest: Uint8Array = new Uint8Array(0);
  #droppedBytes = 0;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** How many bytes belonged to no request so far. */
  get droppedBytes(): number {
    return this.#droppedBytes;
  }

  /** Takes bytes and returns the requests that they complete. */
  push(bytes: Uint8Array): BoardRequest[] {
    const all = Uint8Array.of(...this.#rest, ...bytes);
    const requests: BoardRequest[] = [];
    let at = 0;
    while (at < all.length) {
      const found = this.#dialect.read(all.subarray(at));
      if (found === "more") break;
      if (found === "none") {
        this.#droppedBytes++;
        at++;
      } else {
        requests.push(found);
        at += found.bytes.length;
      }
    }
    this.#rest = all.slice(at);
    return requests;
  }
}
