/**
 * Stands between Hono's WebSocket events and our own code. An error that a handler of Hono's throws ends the process
 * (measured), and no error handler of the app ever sees it.
 *
 * @module
 */
import { upgradeWebSocket as upgradeOfAdapter } from "@hono/node-server";
import type { UpgradeWebSocket, WSContext, WSEvents } from "hono/ws";
// @ts-types="@types/ws"
import type { WebSocket } from "ws";

/** RFC 6455, section 7.4.1. */
const INTERNAL_ERROR = 1011;

/** Hono's helper, with the type of the socket that its adapter really hands on. */
export const upgradeWebSocket = upgradeOfAdapter as UpgradeWebSocket<WebSocket>;

/** `readyState` of a WebSocket that is open. */
const OPEN = 1;

/** What a socket's handlers need of the transport below them. */
export interface Wire {
  send(text: string): void;
  /** Bytes that were sent and not taken by the peer yet. */
  readonly bufferedBytes: number;
  close(code: number, reason: string): void;
}

/** The handlers of a socket's events. */
export interface SocketHandlers {
  onOpen(wire: Wire): void | Promise<void>;
  onMessage(data: unknown): void | Promise<void>;
  onClose(): void;
  /** Whether something that the peer asked for is not over. @default {never} */
  readonly isBusy?: () => boolean;
  /** Is told to begin nothing new: the socket is about to be closed. */
  readonly retire?: () => void;
  /**
   * Is asked for each frame that comes, pings and pongs and those after the end too: `false` hangs up on the peer.
   *
   * @default {always}
   */
  readonly mayGoOn?: () => boolean;
}

/** What the service needs of an open socket when it stops. */
export interface OpenSocket {
  readonly isBusy: boolean;
  retire(): void;
  close(code: number, reason: string): void;
}

/** Runs the handlers of sockets: an error that one throws closes its own socket and harms nothing else. */
export class Guard {
  readonly #failed: (error: unknown) => void;
  readonly #open = new Set<OpenSocket>();
  readonly #hasRoom: () => boolean;

  /**
   * @param failed is told of what was thrown; that socket is closed
   * @param hasRoom whether the program takes one more
   */
  constructor(failed: (error: unknown) => void, hasRoom: () => boolean) {
    this.#failed = failed;
    this.#hasRoom = hasRoom;
  }

  /** Whether the program takes one more. */
  get hasRoom(): boolean {
    return this.#hasRoom();
  }

  /** The sockets that are open in this isolate. */
  get open(): ReadonlySet<OpenSocket> {
    return this.#open;
  }

  /** Counts something else, such as a request, among the open sockets until the result is disposed of. */
  enter(socket: OpenSocket): Disposable {
    this.#open.add(socket);
    return { [Symbol.dispose]: () => void this.#open.delete(socket) };
  }

  /** Hono's events for these handlers. */
  events(handlers: SocketHandlers): WSEvents<WebSocket> {
    let wire: Wire | undefined;
    let socket: OpenSocket | undefined;
    const run = (work: () => void | Promise<void>): void => {
      try {
        work()?.catch(fail);
      } catch (error) {
        fail(error);
      }
    };
    const fail = (error: unknown): void => {
      this.#failed(error);
      wire?.close(INTERNAL_ERROR, "something went wrong");
    };
    const end = (): void => {
      if (socket && this.#open.delete(socket)) run(() => handlers.onClose());
    };
    return {
      onOpen: (_event, ws) => {
        const opened = wireOf(ws, end);
        if (ws.raw && handlers.mayGoOn) boundFrames(ws.raw, handlers.mayGoOn);
        wire = opened;
        socket = {
          get isBusy() {
            return handlers.isBusy?.() ?? false;
          },
          retire: () => handlers.retire?.(),
          close: (code, reason) => opened.close(code, reason),
        };
        this.#open.add(socket);
        run(() => handlers.onOpen(opened));
      },
      onMessage: ({ data }) => {
        // Messages that still come on a socket that we have closed are dropped.
        if (socket && this.#open.has(socket)) run(() => handlers.onMessage(data));
      },
      onClose: end,
      onError: end,
    };
  }
}

/** Asks `mayGoOn` for each frame: also after a close, since a peer may send on until it has answered that. */
function boundFrames(raw: WebSocket, mayGoOn: () => boolean): void {
  const came = () => {
    if (!mayGoOn()) raw.terminate();
  };
  for (const kind of ["message", "ping", "pong"] as const) raw.on(kind, came);
}

/** A socket that we close counts as closed at once: with a peer that stays silent no event would come. */
function wireOf(ws: WSContext<WebSocket>, ended: () => void): Wire {
  const { raw } = ws;
  return {
    send(text) {
      if (raw?.readyState === OPEN) raw.send(text);
    },
    get bufferedBytes() {
      return raw?.bufferedAmount ?? 0;
    },
    close(code, reason) {
      if (raw?.readyState === OPEN) raw.close(code, reason);
      ended();
    },
  };
}
