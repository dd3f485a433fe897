import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { ConnectionCounter } from "../../lib/concurrency/shared_count.ts";
import type { PacedResponse } from "./answer.ts";
import { type ConnectionHost, type HangUp, HttpConnection } from "./connection.ts";
import { KeptBytes } from "./kept_bytes.ts";
import type { ParserFeed } from "./parser_feed.ts";
import { subscriberAt } from "../../lib/ip_address.ts";
import {
  type UnidentifiedConnectionLimits,
  UnidentifiedConnections,
} from "../../lib/unidentified_connections.ts";

/** How long what may take, as `HTTP` in `limits.ts` has it. */
export type HttpTimes = {
  readonly [Name in "headMs" | "bodyMs" | "idleMs" | "stalledMs" | "lookMs" | "knockMs"]: number;
};

/** What {@linkcode HttpConnections} works with. */
export interface HttpConnectionsOptions {
  readonly times: HttpTimes;
  readonly limits: UnidentifiedConnectionLimits;
  /** Counts the WebSockets that are open, until the last byte of each is gone. */
  readonly sockets: ConnectionCounter;
  /** Is told of each connection that is hung up on. */
  readonly hungUp: (network: string, why: HangUp) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/** All connections to the HTTP port of this isolate: newcomers until they are WebSockets. */
export class HttpConnections implements ConnectionHost {
  readonly #options: HttpConnectionsOptions;
  readonly #newcomers: UnidentifiedConnections;
  readonly #kept = new KeptBytes();
  readonly #passing = new Map<Socket, HttpConnection>();
  readonly #lasting = new Set<Socket>();
  readonly #answering = new Set<HttpConnection>();
  #quiet: (() => void) | undefined;
  readonly times: HttpTimes;
  readonly now: () => number;

  constructor(options: HttpConnectionsOptions) {
    this.times = options.times;
    this.#options = options;
    this.#newcomers = new UnidentifiedConnections(options.limits);
    this.now = options.now;
  }

  /** How many there are. */
  get size(): number {
    return this.#passing.size + this.#lasting.size;
  }

  /** A peer has connected. */
  opened(socket: Socket, feed: ParserFeed): void {
    // An error is followed by a close, and says nothing that anybody could do something about.
    socket.on("error", () => {});
    const connection = new HttpConnection(socket, { feed, host: this });
    if (!this.#newcomers.enter(connection)) return connection.hangUp("no-room");
    this.#passing.set(socket, connection);
    socket.once("close", () => this.#closed(socket));
  }

  /** A request has come in; see {@linkcode HttpConnection.begin}. */
  begun(incoming: IncomingMessage, outgoing: PacedResponse, answer: () => void): void {
    this.#passing.get(incoming.socket)?.begin(incoming, outgoing, answer);
  }

  /** See {@linkcode HttpConnection.mayUpgrade}. */
  mayUpgrade(socket: Socket): boolean {
    return this.#passing.get(socket)?.mayUpgrade ?? false;
  }

  /** See {@linkcode HttpConnection.upgrading}. */
  upgrading<T>(socket: Socket, work: Promise<T>): Promise<T> {
    return this.#passing.get(socket)?.upgrading(work) ?? work;
  }

  /** The connection is a WebSocket from now on. */
  becameWebSocket(socket: Socket): void {
    if (!this.#passing.has(socket)) return;
    this.#leave(socket);
    this.#lasting.add(socket);
    this.#options.sockets.add(1);
  }

  /** The peer of a WebSocket sends too much, and is about to be hung up on. */
  sendsTooFast({ remoteAddress = "" }: Socket): void {
    this.#options.hungUp(subscriberAt(remoteAddress).network, "too-fast");
  }

  /** Hangs up on those that take too long. */
  look(): void {
    for (const connection of this.#passing.values()) connection.look();
  }

  answering(connection: HttpConnection, isAnswering: boolean): void {
    if (isAnswering) {
      this.#answering.add(connection);
      return this.#newcomers.answering(connection);
    }
    this.#newcomers.waiting(connection);
    this.#answered(connection);
  }

  keeping(connection: HttpConnection, bytes: number): void {
    this.#kept.set(connection, bytes);
  }

  hungUp({ network }: HttpConnection, why: HangUp): void {
    this.#options.hungUp(network, why);
  }

  /** Resolves when no request is being answered. */
  quiet(): Promise<void> {
    if (this.#answering.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#quiet = resolve);
  }

  /** Hangs up on all. */
  destroyAll(): void {
    for (const socket of [...this.#passing.keys(), ...this.#lasting]) socket.destroy();
  }

  #closed(socket: Socket): void {
    this.#leave(socket);
    if (this.#lasting.delete(socket)) this.#options.sockets.add(-1);
  }

  #leave(socket: Socket): void {
    const connection = this.#passing.get(socket);
    if (!connection) return;
    this.#passing.delete(socket);
    this.#newcomers.leave(connection);
    this.#answered(connection);
  }

  #answered(connection: HttpConnection): void {
    this.#answering.delete(connection);
    if (this.#answering.size === 0) this.#quiet?.();
  }
}
