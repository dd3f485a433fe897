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

/** Time limits of connections, in milliseconds; `HTTP` in `limits.ts` says what each is for. */
export type HttpTimes = {
  readonly [Name in "headMs" | "bodyMs" | "idleMs" | "stalledMs" | "lookMs" | "attemptEveryMs"]: number;
};

/** What {@linkcode HttpConnections} works with. */
export interface HttpConnectionsOptions {
  readonly times: HttpTimes;
  readonly limits: UnidentifiedConnectionLimits;
  /** Counts the WebSockets that are open, until the last byte of each is gone. */
  readonly sockets: ConnectionCounter;
  /** Is told of each connection that the server hangs up on. */
  readonly hungUp: (network: string, why: HangUp) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/** All connections to the HTTP port of this isolate: unidentified ones until they are WebSockets. */
export class HttpConnections implements ConnectionHost {
  readonly #options: HttpConnectionsOptions;
  readonly #unidentified: UnidentifiedConnections;
  readonly #kept = new KeptBytes();
  readonly #connections = new Map<Socket, HttpConnection>();
  readonly #webSockets = new Set<Socket>();
  readonly #answering = new Set<HttpConnection>();
  /** Resolves what {@linkcode quiet} has returned. */
  #resolveQuiet: (() => void) | undefined;
  readonly times: HttpTimes;
  readonly now: () => number;

  constructor(options: HttpConnectionsOptions) {
    this.times = options.times;
    this.#options = options;
    this.#unidentified = new UnidentifiedConnections(options.limits);
    this.now = options.now;
  }

  /** How many connections there are, WebSockets among them. */
  get size(): number {
    return this.#connections.size + this.#webSockets.size;
  }

  /** A peer has connected. */
  opened(socket: Socket, feed: ParserFeed): void {
    // A close follows each error, and nothing can be done about what it says.
    socket.on("error", () => {});
    const connection = new HttpConnection(socket, { feed, host: this });
    if (!this.#unidentified.enter(connection)) return connection.hangUp("no-room");
    this.#connections.set(socket, connection);
    socket.once("close", () => this.#closed(socket));
  }

  /** The head of a request has come in; see {@linkcode HttpConnection.begin}. */
  begun(incoming: IncomingMessage, outgoing: PacedResponse, answer: () => void): void {
    this.#connections.get(incoming.socket)?.begin(incoming, outgoing, answer);
  }

  /** Whether a WebSocket may begin on the connection, see {@linkcode HttpConnection.mayUpgrade}. */
  mayUpgrade(socket: Socket): boolean {
    return this.#connections.get(socket)?.mayUpgrade ?? false;
  }

  /** A WebSocket is being opened on the connection, see {@linkcode HttpConnection.upgrading}. */
  upgrading<T>(socket: Socket, work: Promise<T>): Promise<T> {
    return this.#connections.get(socket)?.upgrading(work) ?? work;
  }

  /** The connection is a WebSocket from now on. */
  becameWebSocket(socket: Socket): void {
    if (!this.#connections.has(socket)) return;
    this.#leave(socket);
    this.#webSockets.add(socket);
    this.#options.sockets.add(1);
  }

  /** The peer of a WebSocket sends too much: the caller is about to hang up on it. */
  sendsTooFast({ remoteAddress = "" }: Socket): void {
    this.#options.hungUp(subscriberAt(remoteAddress).network, "too-fast");
  }

  /** Hangs up on connections that take too long. */
  check(): void {
    for (const connection of this.#connections.values()) connection.check();
  }

  answering(connection: HttpConnection, isAnswering: boolean): void {
    if (isAnswering) {
      this.#answering.add(connection);
      return this.#unidentified.answering(connection);
    }
    this.#unidentified.waiting(connection);
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
    return new Promise((resolve) => this.#resolveQuiet = resolve);
  }

  /** Hangs up on all connections. */
  destroyAll(): void {
    for (const socket of [...this.#connections.keys(), ...this.#webSockets]) socket.destroy();
  }

  #closed(socket: Socket): void {
    this.#leave(socket);
    if (this.#webSockets.delete(socket)) this.#options.sockets.add(-1);
  }

  #leave(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (!connection) return;
    this.#connections.delete(socket);
    this.#unidentified.leave(connection);
    this.#answered(connection);
  }

  #answered(connection: HttpConnection): void {
    this.#answering.delete(connection);
    if (this.#answering.size === 0) this.#resolveQuiet?.();
  }
}
