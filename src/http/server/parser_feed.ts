import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { HTTP } from "../../lib/limits.ts";
import { TokenBucket } from "../../lib/token_bucket.ts";
import type { RequestMessage } from "./request_message.ts";

/** The part of Node's parser of requests that is used. It is not documented, and as old as the parser's reading of sockets. */
interface Parser {
  /** Stops the parser reading from the socket's handle: what comes goes to the listeners of `data`. */
  unconsume(): void;
  /** The request whose head came last. */
  readonly incoming: RequestMessage | null;
}

/** A socket of Node's HTTP server. */
interface HttpSocket {
  /** Another parser, or none, once the connection is a WebSocket or closed. */
  readonly parser?: Parser | null;
  /** Whether the server reads no more from it, since the peer does not take its answers. */
  readonly _paused?: boolean;
}

/** What {@linkcode ParserFeed} works with. */
export interface ParserFeedOptions {
  /** Runs the work at once, or when its turn comes. @returns whether at once */
  readonly turn: (work: () => void) => boolean;
  /** Takes back work that waits for its turn, since the connection is closed. */
  readonly forget: (work: () => void) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/**
 * Gives what comes on a connection to Node's parser in small pieces, each when it has its turn, and none once the connection
 * is over. Without it the parser takes all 64 KiB that were read at once: 1,500 requests in them take 25 ms and megabytes,
 * 11,000 chunks of a body take as long, and bytes that belong to no request cost a peer nothing.
 */
export class ParserFeed {
  readonly #socket: Socket;
  readonly #parser: Parser;
  readonly #feed: (piece: Uint8Array) => void;
  readonly #options: ParserFeedOptions;
  /** Bytes that were read and are not parsed yet, and when the first of them were read. */
  #held: Uint8Array = Buffer.alloc(0);
  #readAt = 0;
  readonly #rate: TokenBucket;
  /** Runs while the peer has sent more than its rate allows. */
  #rateTimer: ReturnType<typeof setTimeout> | undefined;
  #isWaiting = false;
  #isPaused = false;
  #isStopped = false;
  /** Is called when the number of bytes that wait has changed. */
  changed: () => void = () => {};
  /** Whether more is to be parsed now. If not, {@linkcode goOn} is called later. */
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

  /** When the bytes that are being parsed were read. */
  get readAt(): number {
    return this.#readAt;
  }

  /** Goes on after `mayGoOn` has stopped it. */
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
    clearTimeout(this.#rateTimer);
    this.#options.forget(this.#parseSome);
    this.#held = Buffer.alloc(0);
  };

  /** Node wants more, as a body is read or an answer was taken. Bytes that are held come first. */
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
      this.#rateTimer = setTimeout(() => this.#options.turn(this.#parseSome), restMs);
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

  /** The connection is a WebSocket, or over. Puts back what is held; what the parser left of the last piece comes before it. */
  #leave(): void {
    const socket = this.#socket;
    socket.off("data", this.#read);
    socket.off("resume", this.#resumed);
    if (this.#held.length > 0 && !socket.destroyed) socket.unshift(this.#held);
    this.#held = Buffer.alloc(0);
    this.changed();
  }
}
