import type { FromPage, ToPage } from "../../protocol/messages.ts";
import {
  beginLink,
  type LinkEffect,
  type LinkEvent,
  type LinkState,
  type LinkTransition,
  stepLink,
  tickAtMs,
} from "./link.ts";
import { betterTime, type Instant, serverNowMs, type ServerTime } from "./server_time.ts";

/** Time as the page needs it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  instant(): Instant;
  /** Calls back once, `ms` later; returns the function that stops that. */
  after(ms: number, callback: () => void): () => void;
}

/** The part of a browser's WebSocket that is used here. */
export interface WebSocketLike {
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void;
  send(text: string): void;
  close(): void;
}

/** What the socket needs, and its callbacks. */
export interface SocketOptions {
  /** Makes a socket to the server; may throw. */
  readonly connect: () => WebSocketLike;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onMessage: (message: ToPage) => void;
  /** A connection was lost or could not be made; the next one is on its way. */
  readonly onLost: () => void;
  /** Several sockets in a row closed before they opened. */
  readonly onRefused: () => void;
}

/** A socket that reconnects by itself. */
export interface Socket {
  /** Sends a message over the connection that there is now. Nothing is kept for a later one. */
  send(message: FromPage): void;
  /** The server's time, never ahead of it, in milliseconds since 1970; `undefined` until the server has told it. */
  serverNow(): number | undefined;
  /** Handles that the person came back to the page, or that the network came or went. */
  onBrowserEvent(event: Extract<LinkEvent, "wake" | "online" | "offline">): void;
  /** Closes the connection for good. */
  stop(): void;
}

/** Connects, and stays connected as long as the page lives: carries out what {@linkcode stepLink} decides. */
export function startSocket(options: SocketOptions): Socket {
  const { clock, random, onMessage, onLost, onRefused } = options;
  let current: WebSocketLike | undefined;
  let link: LinkState;
  let stopTimer = () => {};
  let stopped = false;
  /** As the server of this connection tells it; the next connection's server may have another clock. */
  let serverTime: ServerTime | undefined;
  let pingedAt: Instant | undefined;

  function step(event: LinkEvent): void {
    if (stopped) return;
    const before = link.phase;
    carryOut(stepLink(link, { event, at: { nowMs: clock.now(), random: random() } }));
    if (before !== link.phase && before !== "waiting" && link.phase !== "open") onLost();
  }

  function carryOut([next, effects]: LinkTransition): void {
    link = next;
    for (const effect of effects) handlers[effect]();
    stopTimer();
    stopTimer = clock.after(Math.max(0, tickAtMs(link) - clock.now()), () => step("tick"));
  }

  const handlers: Readonly<Record<LinkEffect, () => void>> = {
    connect,
    drop,
    ping,
    "check-page": onRefused,
  };

  function ping(): void {
    pingedAt = clock.instant();
    current?.send(JSON.stringify({ type: "ping" } satisfies FromPage));
  }

  function connect(): void {
    serverTime = pingedAt = undefined;
    try {
      listenTo(options.connect());
    } catch {
      clock.after(0, () => step("closed"));
    }
  }

  function listenTo(socket: WebSocketLike): void {
    current = socket;
    const whileCurrent = (then: () => void) => () => socket === current && then();
    socket.addEventListener("open", whileCurrent(() => step("accepted")));
    socket.addEventListener("close", whileCurrent(() => step("closed")));
    socket.addEventListener("message", ({ data }) => socket === current && receive(data));
  }

  function receive(data: unknown): void {
    step("received");
    const message = messageOf(data);
    if (message === undefined) return;
    // A server of the version before tells no time.
    if ("time" in message && typeof message.time === "number") setServerTime(message.time);
    onMessage(message);
  }

  function setServerTime(timeMs: number): void {
    serverTime = betterTime(serverTime, { timeMs, receivedAt: clock.instant(), askedAt: pingedAt });
    pingedAt = undefined;
  }

  /** After this the socket is not `current`, so its late `close` cannot end the next connection. */
  function drop(): void {
    const old = current;
    current = undefined;
    old?.close();
  }

  function stop(): void {
    stopped = true;
    stopTimer();
    drop();
  }

  carryOut(beginLink(clock.now()));
  return {
    send: (message) => current?.send(JSON.stringify(message)),
    serverNow: () => serverTime && serverNowMs(serverTime, clock.instant()),
    onBrowserEvent: step,
    stop,
  };
}

/** The server's messages need no schema here; anything without a type is ignored. */
function messageOf(data: unknown): ToPage | undefined {
  try {
    const value: ToPage | null = JSON.parse(String(data));
    return typeof value?.type === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
