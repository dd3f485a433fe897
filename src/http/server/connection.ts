import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { HTTP } from "../../lib/limits.ts";
import { subscriberAt } from "../../lib/ip_address.ts";
import type { UnidentifiedConnection } from "../../lib/unidentified_connections.ts";
import type { PacedResponse } from "./answer.ts";
import type { Keeper } from "./kept_bytes.ts";
import type { ParserFeed } from "./parser_feed.ts";

/** Why the server hung up on a connection. A connection that its peer ends has none of these reasons. */
export type HangUp =
  /** There was no room for one more connection. */
  | "no-room"
  /** It had to make room for another connection. */
  | "made-room"
  /** Too many requests at once. */
  | "pipelined"
  /** The peer does not take its answer. */
  | "stalled"
  /** More was kept for peers that do not take their answers than there is memory for. */
  | "unread"
  /** The peer of a WebSocket sends too much. */
  | "too-fast";

/** What a connection tells its owner. */
export interface ConnectionHost {
  /** A request of the connection begins to be answered, or all of them are answered. */
  answering(connection: HttpConnection, isAnswering: boolean): void;
  /** So many bytes are kept in memory for the connection. */
  keeping(connection: HttpConnection, bytes: number): void;
  /** The server has hung up on the connection. */
  hungUp(connection: HttpConnection, why: HangUp): void;
  readonly times: { readonly idleMs: number; readonly stalledMs: number };
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/**
 * A connection of HTTP until it becomes a WebSocket. Its requests are answered one after the other; while a request waits for
 * an earlier one, nothing more is parsed.
 */
export class HttpConnection implements UnidentifiedConnection, Keeper {
  readonly network: string;
  readonly block: string;
  readonly #socket: Socket;
  readonly #host: ConnectionHost;
  /** The bytes that wait to be parsed. */
  readonly #feed: ParserFeed;
  /** The answers that are not finished, each with its request and what begins it. Only the first has begun. */
  readonly #answers = new Map<
    PacedResponse,
    { readonly incoming: IncomingMessage; readonly begin: () => void }
  >();
  /** Requests that have come in whole and are not answered, one for a WebSocket among them. */
  #complete = 0;
  /** Bytes of the answer that the kernel has not taken, and memory of the heads of the requests behind it. */
  #untakenBytes = 0;
  #waitingBytes = 0;
  #waitingSince: number;
  /** Bytes that had been written at the last check. */
  #written = 0;
  /** Since when the peer may have taken nothing of its answer. */
  #stalledSince = 0;
  /** Whether the peer's time was over at the last check. */
  #isOverdue = false;

  constructor(socket: Socket, { feed, host }: { feed: ParserFeed; host: ConnectionHost }) {
    const { network, blocks: [block] } = subscriberAt(socket.remoteAddress ?? "");
    this.network = network;
    this.block = block;
    this.#socket = socket;
    this.#host = host;
    this.#feed = feed;
    feed.changed = () => this.#keep({});
    feed.mayGoOn = () => this.#answers.size < 2;
    this.#waitingSince = host.now();
    socket.once("close", () => host.keeping(this, 0));
  }

  /** Whether the peer has sent all that is needed to answer it. */
  get isAnswering(): boolean {
    return this.#complete > 0;
  }

  /**
   * A request's head has come in.
   *
   * @param answer begins the answer. It is called once the peer has taken the answers before this one; never, if the connection
   * ends before that, as when this request is one too many
   */
  begin(incoming: IncomingMessage, outgoing: PacedResponse, answer: () => void): void {
    // Node goes on with what it has read already when the connection is over.
    if (this.#socket.destroyed) return;
    if (this.#answers.size === HTTP.pipelinedMax) return this.hangUp("pipelined");
    const waitingBytes = this.#answers.size === 0 ? 0 : memoryOf(incoming);
    const begin = () => {
      outgoing.changed = () => this.#keep({ untakenBytes: outgoing.untakenBytes });
      this.#keep({ waitingBytes: this.#waitingBytes - waitingBytes });
      answer();
    };
    this.#answers.set(outgoing, { incoming, begin });
    this.#waitingSince = this.#host.now();
    this.#count(incoming, outgoing);
    this.#keep({ waitingBytes: this.#waitingBytes + waitingBytes });
    if (this.#answers.size === 1) this.#answerNext();
  }

  /** Whether a WebSocket may begin: all answers have been written, so that none comes between its frames. */
  get mayUpgrade(): boolean {
    return this.#answers.keys().every(({ writableEnded }) => writableEnded);
  }

  /** A request for a WebSocket is being answered until the work is over, and waits for no other request. */
  async upgrading<T>(work: Promise<T>): Promise<T> {
    this.#completed();
    try {
      return await work;
    } finally {
      this.#waitingSince = this.#host.now();
      this.#finished();
    }
  }

  /**
   * Hangs up on a peer that says nothing, or does not take its answer. Node ends unfinished requests sooner. A peer whose
   * time is over has until the next check: when the program stood still, what it sent is read, and what it took is noted,
   * between two checks.
   */
  check(): void {
    const why = this.#overdue(this.#host.now());
    if (why !== undefined && this.#isOverdue) {
      if (why === "stalled") this.hangUp(why);
      else this.#socket.destroy();
    }
    this.#isOverdue = why !== undefined;
  }

  /** What the peer has not done in time. */
  #overdue(now: number): "stalled" | "idle" | undefined {
    const { times: { idleMs, stalledMs } } = this.#host;
    const { bytesWritten } = this.#socket;
    // No event tells when the kernel has taken the last bytes so far of an answer that goes on.
    const [answer] = this.#answers.keys();
    if (answer) this.#keep({ untakenBytes: answer.untakenBytes });
    if (bytesWritten !== this.#written || this.#untakenBytes === 0) this.#stalledSince = now;
    this.#written = bytesWritten;
    if (now - this.#stalledSince >= stalledMs) return "stalled";
    if (!this.isAnswering && now - this.#waitingSince >= idleMs) return "idle";
    return undefined;
  }

  close(): void {
    this.hangUp("made-room");
  }

  giveUp(): void {
    this.hangUp("unread");
  }

  hangUp(why: HangUp): void {
    this.#host.hungUp(this, why);
    this.#socket.destroy();
  }

  #answerNext(): void {
    for (const { begin } of this.#answers.values()) return begin();
  }

  /** The answer is finished: it was taken, or the connection is gone. */
  #answered(outgoing: PacedResponse): void {
    this.#answers.delete(outgoing);
    this.#waitingSince = this.#host.now();
    if (this.#socket.destroyed) return;
    this.#keep({ untakenBytes: 0 });
    this.#feed.goOn();
    this.#answerNext();
  }

  /** Counts the request as complete from when all of it has come in until it is answered. */
  #count(incoming: IncomingMessage, outgoing: PacedResponse): void {
    let isComplete = false;
    const complete = () => {
      if (isComplete) return;
      isComplete = true;
      this.#completed();
    };
    if (hasBody(incoming)) incoming.once("end", complete);
    else complete();
    outgoing.once("close", () => {
      incoming.off("end", complete);
      if (isComplete) this.#finished();
      this.#answered(outgoing);
    });
  }

  #completed(): void {
    if (++this.#complete === 1) this.#host.answering(this, true);
  }

  #finished(): void {
    if (--this.#complete === 0) this.#host.answering(this, false);
  }

  #keep({ untakenBytes = this.#untakenBytes, waitingBytes = this.#waitingBytes }): void {
    this.#untakenBytes = untakenBytes;
    this.#waitingBytes = waitingBytes;
    if (this.#socket.destroyed) return;
    let unreadBytes = this.#feed.heldBytes;
    for (const { incoming } of this.#answers.values()) unreadBytes += incoming.readableLength;
    this.#host.keeping(this, untakenBytes + waitingBytes + unreadBytes);
  }
}

/** Whether the request has a body. An empty one counts as none: its end is told only where it is read. */
function hasBody(
  { headers: { "content-length": length = "0", "transfer-encoding": coding } }: IncomingMessage,
): boolean {
  return coding !== undefined || Number(length) > 0;
}

function memoryOf({ url = "", rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((bytes, { length }) => bytes + length, HTTP.pendingBytes + url.length);
}
