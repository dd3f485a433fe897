import { Buffer } from "node:buffer";
import { IncomingMessage } from "node:http";

/**
 * A request whose body takes little more memory than its bytes, however small the chunks are that the peer sends it in: the
 * chunks that the parser finds in one piece become one buffer.
 */
export class RequestMessage extends IncomingMessage {
  #chunks: Uint8Array[] = [];

  override push(chunk: Uint8Array | null): boolean {
    if (chunk !== null) return this.#chunks.push(chunk) > 0;
    this.flush();
    return super.push(null);
  }

  /** Passes on the chunks of the last piece. @returns whether there is room for more until the body is read on */
  flush(): boolean {
    const chunks = this.#chunks;
    if (chunks.length === 0) return true;
    this.#chunks = [];
    return super.push(joined(chunks));
  }
}

/** The chunks in one buffer with memory of its own: a view would keep all that was read together with them. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = Buffer.allocUnsafeSlow(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
