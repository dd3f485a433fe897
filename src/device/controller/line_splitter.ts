import { concat } from "@std/bytes";
import { CONTROLLER } from "../../lib/limits.ts";
import { ProtocolError } from "./lines.ts";

const NOTHING = new Uint8Array();
const CR = 0x0d;
const LF = 0x0a;

/** Cuts received bytes into lines. */
export class LineSplitter {
  #bytes: Uint8Array = NOTHING;

  /** The received bytes that were not returned as a line. */
  get rest(): Uint8Array {
    return this.#bytes;
  }

  /** Takes received bytes; the chunk may be used again afterwards. */
  push(chunk: Uint8Array): void {
    this.#bytes = concat([this.#bytes, chunk]);
  }

  /**
   * The next line without its end; `undefined`: it is not complete.
   *
   * @throws {ProtocolError} if it is too long
   */
  next(): Uint8Array | undefined {
    const end = this.#bytes.indexOf(LF);
    const length = end < 0 ? this.#bytes.length : end;
    if (length >= CONTROLLER.lineBytesMax) {
      throw new ProtocolError(`The line has more than ${CONTROLLER.lineBytesMax} bytes`);
    }
    if (end < 0) return undefined;
    const line = this.#bytes.subarray(0, this.#bytes[end - 1] === CR ? end - 1 : end);
    this.#bytes = end + 1 < this.#bytes.length ? this.#bytes.subarray(end + 1) : NOTHING;
    return line;
  }
}
