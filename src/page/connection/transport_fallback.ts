import { webSocketAgainMs, webSocketFailuresMax, webSocketSilentMs } from "../times.ts";
import type { Clock, WebSocketLike } from "./socket.ts";

/** How to make each kind of connection. */
export interface Transports {
  /** May throw. */
  readonly webSocket: () => WebSocketLike;
  readonly http: () => WebSocketLike;
  readonly clock: Pick<Clock, "after">;
}

/** Makes connections over the transport that works, as something on the way may block WebSockets, which change over to a WebSocket at its first message. */
export function connectWithFallback(transports: Transports): () => WebSocketLike {
  const webSockets = { failuresInARow: 0 };
  return () => connect(transports, webSockets);
}

/** @param webSockets counts the WebSockets in a row that closed or stayed silent before their first message */
function connect(
  { webSocket, http, clock }: Transports,
  webSockets: { failuresInARow: number },
): WebSocketLike {
  const events = new EventTarget();
  /** The connection in use. */
  let used: WebSocketLike | undefined;
  /** A WebSocket before its first message. */
  let tried: WebSocketLike | undefined;
  let stopTimer = () => {};

  function listenTo(socket: WebSocketLike): WebSocketLike {
    socket.addEventListener("open", () => events.dispatchEvent(new Event("open")));
    socket.addEventListener("message", ({ data }) => {
      if (socket === tried) changeTo(socket);
      if (socket === used) events.dispatchEvent(new MessageEvent("message", { data }));
    });
    socket.addEventListener("close", () => {
      if (socket === tried) triedClosed();
      else if (socket === used) end();
    });
    return socket;
  }

  function tryWebSocket(): void {
    tried?.close();
    tried = undefined;
    try {
      tried = listenTo(webSocket());
    } catch (error) {
      if (used) return;
      webSockets.failuresInARow++;
      throw error;
    }
  }

  function changeTo(socket: WebSocketLike): void {
    webSockets.failuresInARow = 0;
    stopTimer();
    const before = used;
    used = socket;
    tried = undefined;
    before?.close();
  }

  function triedClosed(): void {
    tried = undefined;
    if (used) return;
    webSockets.failuresInARow++;
    end();
  }

  function useHttp(): void {
    used = listenTo(http());
    setTimer(webSocketAgainMs, tryAgain);
  }

  function tryAgain(): void {
    setTimer(webSocketAgainMs, tryAgain);
    tryWebSocket();
  }

  function setTimer(ms: number, callback: () => void): void {
    stopTimer = clock.after(ms, callback);
  }

  function end(): void {
    close();
    events.dispatchEvent(new Event("close"));
  }

  function close(): void {
    stopTimer();
    const both = [used, tried];
    used = tried = undefined;
    for (const socket of both) socket?.close();
  }

  const startsOverHttp = webSockets.failuresInARow >= webSocketFailuresMax;
  if (startsOverHttp) useHttp();
  tryWebSocket();
  if (!startsOverHttp) {
    // The WebSocket is kept: the page uses the first transport that brings a message.
    setTimer(webSocketSilentMs, () => {
      webSockets.failuresInARow++;
      useHttp();
    });
  }
  return {
    addEventListener: (type, listener) => events.addEventListener(type, listener as EventListener),
    send: (text) => used?.send(text),
    close,
  };
}
