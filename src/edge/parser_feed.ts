import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { HTTP } from "../limits.ts";

/** What of Node's parser of requests there is beside its documentation, and has been for as long as it reads sockets itself. */
interface Parser {
  /** It reads from the socket's handle no more: what comes goes to the listeners of `data`. */
  unconsume(): void;
}

/**
 * Gives what comes on the connection to Node's parser in small pieces, and no more once the connection is over. By itself
 * the parser takes all that was read at once, 64 KiB, and makes a request of everything in it that looks like one: some
 * 1,500, which takes 25 ms and megabytes, also where the server hangs up at the first.
 */
export function feedInPieces(socket: Socket): void {
  const { parser } = socket as { parser?: Parser };
  const [feed] = socket.listeners("data") as ((piece: Uint8Array) => void)[];
  if (!parser || !feed) throw new TypeError("Cannot read the connection: Node has given it no parser");
  parser.unconsume();
  const feedSome = (chunk: Uint8Array) => {
    for (let at = 0; at < chunk.length && !socket.destroyed; at += HTTP.pieceBytes) {
      // A copy: what is kept of a body would keep all that was read with it.
      feed(copyOf(chunk.subarray(at, at + HTTP.pieceBytes)));
      if ((socket as { parser?: Parser | null }).parser === parser) continue;
      // It is a WebSocket now, or over. What the parser had left of this piece was put back, or is about to be, before that.
      socket.off("data", feedSome);
      const rest = chunk.subarray(at + HTTP.pieceBytes);
      if (rest.length > 0 && !socket.destroyed) socket.unshift(rest);
      return;
    }
  };
  socket.off("data", feed);
  socket.on("data", feedSome);
}

/** With memory of its own, which no other piece keeps. */
function copyOf(piece: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(piece.length);
  copy.set(piece);
  return copy;
}
