import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { HTTP } from "../limits.ts";
import { networkOf } from "./network.ts";
import type { Newcomer } from "./newcomers.ts";

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
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/** A connection of HTTP that is no WebSocket. */
export class Connection implements Newcomer {
  readonly network: string;
  readonly #socket: Socket;
  readonly #host: ConnectionHost;
  /** Requests whose head has come in and that are not answered. */
  #requests = 0;
  /** Of these, those of which nothing is missing. */
  #complete = 0;
  #waitingSince: number;
  /** What the peer had still to take at the last look, and since when that has not changed. */
  #untaken = 0;
  #untakenSince = 0;

  constructor(socket: Socket, host: ConnectionHost) {
    this.network = networkOf(socket.remoteAddress ?? "");
    this.#socket = socket;
    this.#host = host;
    this.#waitingSince = host.now();
  }

  /** Whether nothing more is needed of the peer until it is answered. */
  get isAnswering(): boolean {
    return this.#complete > 0;
  }

  /** A request's head has come in. `false`: it is one too many, and the connection is over. */
  begin(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    if (++this.#requests > HTTP.pipelinedMax) {
      this.hangUp("pipelined");
      return false;
    }
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
      this.#requests--;
      this.#waitingSince = this.#host.now();
      if (isComplete && --this.#complete === 0) this.#host.answering(this, false);
    });
    return true;
  }

  /** Hangs up on a peer that says nothing, or does not take its answer. Node ends unfinished requests sooner. */
  look(): void {
    const now = this.#host.now();
    const untaken = this.#socket.writableLength;
    if (untaken === 0 || untaken !== this.#untaken) this.#untakenSince = now;
    this.#untaken = untaken;
    const allowedMs = HTTP.stalledMs + untaken / HTTP.answerBytesPerSecondMin * 1000;
    if (now - this.#untakenSince >= allowedMs) this.hangUp("stalled");
    else if (!this.isAnswering && now - this.#waitingSince >= HTTP.idleMs) this.#socket.destroy();
  }

  close(): void {
    this.hangUp("made-room");
  }

  hangUp(why: HangUp): void {
    this.#host.hungUp(this, why);
    this.#socket.destroy();
  }
}
