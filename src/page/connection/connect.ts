/**
 * Which way the page talks with the server: over a WebSocket, or, where something does not let it through, over HTTP.
 *
 * @module
 */
import type { Clock, WebSocketLike } from "./socket.ts";
import { webSocketAgainMs, webSocketMissesMax, webSocketSilentMs } from "../times.ts";

/** What is learned of a WebSocket: it spoke, or it ended or stayed silent before it did. */
export type Lesson = "spoke" | "missed";

/** The next count of WebSockets running that came to nothing. */
export function learn(misses: number, lesson: Lesson): number {
  return lesson === "spoke" ? 0 : misses + 1;
}

/** Whether the next connection goes over HTTP at once, with a WebSocket that is tried beside it. */
export function isBlocked(misses: number): boolean {
  return misses >= webSocketMissesMax;
}

/** What connections are made of. */
export interface Ways {
  /** May throw. */
  readonly webSocket: () => WebSocketLike;
  readonly http: () => WebSocketLike;
  readonly clock: Pick<Clock, "after">;
}

/** Makes connections that take the way which works, and go over to a WebSocket as soon as one speaks. */
export function connectOver(ways: Ways): () => WebSocketLike {
  let misses = 0;
  const learned = (lesson: Lesson) => {
    misses = learn(misses, lesson);
  };
  return () => connection(ways, { overHttp: isBlocked(misses), learned });
}

interface Experience {
  readonly overHttp: boolean;
  readonly learned: (lesson: Lesson) => void;
}

function connection({ webSocket, http, clock }: Ways, { overHttp, learned }: Experience): WebSocketLike {
  const events = new EventTarget();
  /** What the page talks over. */
  let used: WebSocketLike | undefined;
  /** A WebSocket that has not spoken yet. */
  let tried: WebSocketLike | undefined;
  let stopTimer = () => {};

  function follow(socket: WebSocketLike): WebSocketLike {
    socket.addEventListener("open", () => events.dispatchEvent(new Event("open")));
    socket.addEventListener("message", ({ data }) => {
      if (socket === tried) goOver(socket);
      if (socket === used) events.dispatchEvent(new MessageEvent("message", { data }));
    });
    socket.addEventListener("close", () => {
      if (socket === tried) missed();
      else if (socket === used) end();
    });
    return socket;
  }

  function tryWebSocket(): void {
    tried?.close();
    tried = undefined;
    try {
      tried = follow(webSocket());
    } catch (error) {
      if (used) return;
      learned("missed");
      throw error;
    }
  }

  function goOver(socket: WebSocketLike): void {
    learned("spoke");
    stopTimer();
    const before = used;
    used = socket;
    tried = undefined;
    before?.close();
  }

  function missed(): void {
    tried = undefined;
    if (used) return;
    learned("missed");
    end();
  }

  function useHttp(): void {
    used = follow(http());
    later(webSocketAgainMs, tryAgain);
  }

  function tryAgain(): void {
    later(webSocketAgainMs, tryAgain);
    tryWebSocket();
  }

  function later(ms: number, callback: () => void): void {
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

  if (overHttp) useHttp();
  tryWebSocket();
  if (!overHttp) {
    // It goes on being tried: whichever speaks first is used.
    later(webSocketSilentMs, () => {
      learned("missed");
      useHttp();
    });
  }
  return {
    addEventListener: (type, listener) => events.addEventListener(type, listener as EventListener),
    send: (text) => used?.send(text),
    close,
  };
}
