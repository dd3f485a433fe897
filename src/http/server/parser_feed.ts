import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { HTTP } from "../../lib/limits.ts";
import { TokenBucket } from "../../lib/token_bucket.ts";
import type { RequestMessage } from "./request_message.ts";

/** What of Node's parser of requests is not in its documentation, and has been there for as long as it reads sockets itself. */
interface Parser {
  /** It reads from the socket's handle no more: what comes goes to the listeners of `data`. */
  unconsume(): void;
  /** The request whose head came last. */
  readonly incoming: RequestMessage | null;
}

/** A socket of Node's HTTP server. */
interface HttpSocket {
  /** Another one, or none, once the connection is a WebSocket or over. */
  readonly parser?: Parser | null;
  /** The server reads no more of it, as what it has answered is not taken. */
  readonly _paused?: boolean;
}

/** What {@linkcode ParserFeed} works with. */
export interface ParserFeedOptions {
  /** Runs the work at once, or when its turn comes. @returns whether at once */
  readonly turn: (work: () => void) => boolean;
  /** The work waits for its turn no more, as the connection is closed. */
  readonly forget: (work: () => void) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/**
 * Gives what comes on a connection to Node's parser in small pieces, each when it has its turn, and no more once the
 * connection is over. By itself the parser takes all that was read at once, 64 KiB, whatever it is: 1,500 requests in it take
 * 25 ms and megabytes, 11,000 chunks of a body as long, and bytes that are part of no request cost a peer nothing.
 */
export class ParserFeed {
  readonly #socket: Socket;
  readonly #parser: Parser;
  readonly #feed: (piece: Uint8Array) => void;
  readonly #options: ParserFeedOptions;
  /** Bytes that were read, and are not parsed yet; when the first of them were read. */
  #held: Uint8Array = Buffer.alloc(0);
  #readAt = 0;
  readonly #rate: TokenBucket;
  /** Until more may be parsed than came in time. */
  #resting: ReturnType<typeof setTimeout> | undefined;
  #isWaiting = false;
  #isPaused = false;
  #isStopped = false;
  /** Is called when the number of bytes that wait has changed. */
  changed: () => void = () => {};
  /** Whether more is to be parsed; where not, {@linkcode goOn} says when. */
  mayGoOn: () => boolean = () => true;

  constructor(socket: Socket, options: ParserFeedOptions) {
    const { parser } = socket as HttpSocket;
    const [feed] = socket.listeners("data") as ((piece: Uint8Array) => void)[];
    if (!parser || !feed) throw new TypeError("Cannot read the connection: Node has given it no parser");
    this.#socket = socket;
    this.#parser = parser;
    this.#feed = feed;
    this.#options = options;
    this.#rate = new TokenBucket(HTTP.connectionBytes, options.now());
    parser.unconsume();
    socket.off("data", feed);
    socket.on("data", this.#read);
    socket.on("resume", this.#resumed);
    socket.once("close", this.#closed);
  }

  /** How many bytes wait to be parsed. */
  get heldBytes(): number {
    return this.#held.length;
  }

  /** When what is being parsed was read. */
  get readAt(): number {
    return this.#readAt;
  }

  /** Goes on where `mayGoOn` had stopped it. */
  goOn(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    if (this.#held.length > 0) this.#parseSoon();
    else this.#resume();
  }

  #read = (chunk: Uint8Array) => {
    if (this.#held.length === 0) this.#readAt = this.#options.now();
    this.#held = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#parseSoon();
  };

  #closed = () => {
    clearTimeout(this.#resting);
    this.#options.forget(this.#parseSome);
    this.#held = Buffer.alloc(0);
  };

  /** Node wants more: a body is read on, or an answer was taken. That comes from here as long as there is something. */
  #resumed = () => {
    if (this.#held.length === 0 && !this.#isStopped) return;
    this.#pause();
    this.#parseSoon();
  };

  #parseSoon(): void {
    if (this.#isStopped) return this.#pause();
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const restMs = this.#rate.waitMs(this.#options.now());
    if (restMs > 0) {
      this.#pause();
      this.#resting = setTimeout(() => this.#options.turn(this.#parseSome), restMs);
    } else if (!this.#options.turn(this.#parseSome)) this.#pause();
  }

  #parseSome = () => {
    this.#isWaiting = false;
    const socket: Socket & HttpSocket = this.#socket as Socket & HttpSocket;
    if (socket.destroyed) return;
    const piece = this.#held.subarray(0, HTTP.pieceBytes);
    this.#held = this.#held.subarray(HTTP.pieceBytes);
    this.#rate.take(this.#options.now(), piece.length);
    this.#feed(piece);
    if (socket.parser !== this.#parser) return this.#leave();
    const hasRoom = this.#parser.incoming?.flush() ?? true;
    this.changed();
    this.#isStopped = !this.mayGoOn();
    // Node goes on when the body is read, or the answer taken.
    if (this.#isStopped || !hasRoom || socket._paused) return this.#pause();
    if (this.#held.length > 0) this.#parseSoon();
    else this.#resume();
  };

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  #pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
    this.changed();
  }

  /** The connection is a WebSocket, or over. What the parser had left of the last piece is put back, or was, before the rest. */
  #leave(): void {
    const socket = this.#socket;
    socket.off("data", this.#read);
    socket.off("resume", this.#resumed);
    if (this.#held.length > 0 && !socket.destroyed) socket.unshift(this.#held);
    this.#held = Buffer.alloc(0);
    this.changed();
  }
}
