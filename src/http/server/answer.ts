import { Buffer } from "node:buffer";
import { type IncomingMessage, ServerResponse } from "node:http";
import { HTTP } from "../../lib/limits.ts";

/**
 * An answer that is written in pieces, each when the kernel has taken the piece before: that shows whether the peer takes
 * them, and the runtime copies one of them at most.
 */
export class PacedResponse<Request extends IncomingMessage = IncomingMessage>
  extends ServerResponse<Request> {
  /** Is called when {@linkcode untakenBytes} has grown, and now and then when it has shrunk. */
  changed: () => void = () => {};
  /** Bytes of a long body that have not been written yet. */
  #unwrittenBytes = 0;

  /** Bytes of the answer that the kernel has not taken yet. */
  get untakenBytes(): number {
    return this.#unwrittenBytes + this.writableLength;
  }

  override write(chunk: unknown, ...more: unknown[]): boolean {
    const hasRoom: boolean = Reflect.apply(super.write, this, [chunk, ...more]);
    this.changed();
    return hasRoom;
  }

  /** A long body is written without `more`, an encoding and a callback: Hono's adapter gives none. */
  override end(body?: unknown, ...more: unknown[]): this {
    if (isLong(body)) this.#endInPieces(typeof body === "string" ? Buffer.from(body) : body);
    else Reflect.apply(super.end, this, [body, ...more]);
    this.changed();
    return this;
  }

  #endInPieces(body: Uint8Array): void {
    let sent = 0;
    const go = () => {
      const piece = body.subarray(sent, sent += HTTP.answerPieceBytes);
      this.#unwrittenBytes = Math.max(0, body.length - sent);
      if (this.#unwrittenBytes === 0) super.end(piece);
      else if (super.write(piece)) return go();
      else this.once("drain", go);
      this.changed();
    };
    go();
  }
}

function isLong(body: unknown): body is string | Uint8Array {
  return (typeof body === "string" || body instanceof Uint8Array) && body.length > HTTP.answerPieceBytes;
}
