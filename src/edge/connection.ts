import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { HTTP } from "../limits.ts";
import { subscriberAt } from "../ip_address.ts";
import type { Newcomer } from "../newcomers.ts";

/** Why the server hung up on a connection; what a peer does by itself is none of them. */
export type HangUp =
  /** There was no room for one more. */
  | "no-room"
  /** It had to go so that another one finds room. */
  | "made-room"
  /** Too many requests at once. */
  | "pipelined"
  /** The peer does not take its answer. */
  | "stalled";

/** What a connection tells those that look after it. */
export interface ConnectionHost {
  /** It begins to be answered, or all its requests are answered. */
  answering(connection: Connection, isAnswering: boolean): void;
  hungUp(connection: Connection, why: HangUp): void;
  readonly times: { readonly idleMs: number; readonly stalledMs: number };
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/** A connection of HTTP that is no WebSocket. */
export class Connection implements Newcomer {
  readonly network: string;
  readonly #socket: Socket;
  readonly #host: ConnectionHost;
  /** The answers that are not over, whether their request has come in with its body or without. */
  readonly #answers = new Set<ServerResponse>();
  /** Requests of which nothing is missing, and that are not answered. */
  #complete = 0;
  #waitingSince: number;
  /** Bytes that were written before the answers that are not over, and at the last look. */
  #writtenBefore = 0;
  #written = 0;
  /** Since when the peer may have taken nothing. */
  #stalledSince = 0;

  constructor(socket: Socket, host: ConnectionHost) {
    this.network = subscriberAt(socket.remoteAddress ?? "").network;
    this.#socket = socket;
    this.#host = host;
    this.#waitingSince = host.now();
  }

  /** Whether nothing more is needed of the peer until it is answered. */
  get isAnswering(): boolean {
    return this.#complete > 0;
  }

  /** A request's head has come in. `false`: the connection is over, perhaps since it is one too many. */
  begin(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    // What Node has read already goes on coming when the connection is over.
    if (this.#socket.destroyed) return false;
    if (this.#answers.size === HTTP.pipelinedMax) {
      this.hangUp("pipelined");
      return false;
    }
    if (this.#answers.size === 0) this.#writtenBefore = this.#socket.bytesWritten;
    this.#answers.add(outgoing);
    this.#waitingSince = this.#host.now();
    let isComplete = false;
    const complete = () => {
      if (isComplete) return;
      isComplete = true;
      if (++this.#complete === 1) this.#host.answering(this, true);
    };
    const { "content-length": length, "transfer-encoding": coding } = incoming.headers;
    if (length === undefined && coding === undefined) complete();
    else incoming.once("end", complete);
    outgoing.once("close", () => {
      incoming.off("end", complete);
      this.#answers.delete(outgoing);
      this.#waitingSince = this.#host.now();
      if (isComplete && --this.#complete === 0) this.#host.answering(this, false);
    });
    return true;
  }

  /** Hangs up on a peer that says nothing, or does not take its answer. Node ends unfinished requests sooner. */
  look(): void {
    const { times: { idleMs, stalledMs } } = this.#host;
    const now = this.#host.now();
    const { bytesWritten } = this.#socket;
    if (bytesWritten !== this.#written || !this.#isUntaken) this.#stalledSince = now;
    this.#written = bytesWritten;
    const allowedMs = stalledMs + (bytesWritten - this.#writtenBefore) / HTTP.answerBytesPerSecondMin * 1000;
    if (now - this.#stalledSince >= allowedMs) this.hangUp("stalled");
    else if (!this.isAnswering && now - this.#waitingSince >= idleMs) this.#socket.destroy();
  }

  close(): void {
    this.hangUp("made-room");
  }

  hangUp(why: HangUp): void {
    this.#host.hungUp(this, why);
    this.#socket.destroy();
  }

  /** Whether something was written that the kernel has not taken yet. */
  get #isUntaken(): boolean {
    // The runtime does not count an answer that is one text (Deno 2.9).
    if (this.#socket.writableLength > 0) return true;
    for (const { writableEnded } of this.#answers) if (writableEnded) return true;
    return false;
  }
}
