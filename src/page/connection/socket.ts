/**
 * The page's WebSocket: carries out what {@linkcode stepLink} decides and hands on what the server says.
 *
 * @module
 */
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
import { hearTime, type Instant, serverNowMs, type ServerTime } from "./server_time.ts";

/** Time as the page needs it. */
export interface Clock {
  now(): number;
  instant(): Instant;
  /** Calls back once, later. Returns how to stop that. */
  after(ms: number, callback: () => void): () => void;
}

/** The part of a browser's WebSocket that is used here. */
export interface WebSocketLike {
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void;
  send(text: string): void;
  close(): void;
}

/** What the socket needs and whom it tells. */
export interface SocketOptions {
  /** Makes a socket to the server; may throw. */
  readonly connect: () => WebSocketLike;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onMessage: (message: ToPage) => void;
  /** A connection was lost or could not be made; another one is on its way. */
  readonly onLost: () => void;
  /** Several sockets running were closed before they opened. */
  readonly onRefused: () => void;
}

/** A socket that comes back by itself. */
export interface Socket {
  /** Hands a message to the connection that is there now. Nothing is kept for a later one. */
  send(message: FromPage): void;
  /** The server's clock now, never ahead of it, in milliseconds since 1970; `undefined` as long as it has not said. */
  serverNow(): number | undefined;
  /** Says that the person came back, or that the network came or went. */
  tell(event: Extract<LinkEvent, "wake" | "online" | "offline">): void;
  /** Hangs up for good. */
  stop(): void;
}

/** Connects, and stays connected for as long as the page lives. */
export function startSocket(options: SocketOptions): Socket {
  const { clock, random, onMessage, onLost, onRefused } = options;
  let current: WebSocketLike | undefined;
  let link: LinkState;
  let stopTimer = () => {};
  let stopped = false;
  /** As the server of this connection tells it; another one may have another clock. */
  let serverTime: ServerTime | undefined;
  let pingedAt: Instant | undefined;

  function feed(event: LinkEvent): void {
    if (stopped) return;
    const before = link.phase;
    carryOut(stepLink(link, { event, at: { nowMs: clock.now(), random: random() } }));
    if (before !== link.phase && before !== "waiting" && link.phase !== "open") onLost();
  }

  function carryOut([next, effects]: LinkTransition): void {
    link = next;
    for (const effect of effects) doers[effect]();
    stopTimer();
    stopTimer = clock.after(Math.max(0, tickAtMs(link) - clock.now()), () => feed("tick"));
  }

  const doers: Readonly<Record<LinkEffect, () => void>> = {
    connect,
    drop,
    ping,
    "ask-page": onRefused,
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
      clock.after(0, () => feed("closed"));
    }
  }

  function listenTo(socket: WebSocketLike): void {
    current = socket;
    const whileCurrent = (then: () => void) => () => socket === current && then();
    socket.addEventListener("open", whileCurrent(() => feed("accepted")));
    socket.addEventListener("close", whileCurrent(() => feed("closed")));
    socket.addEventListener("message", ({ data }) => socket === current && heard(data));
  }

  function heard(data: unknown): void {
    feed("heard");
    const message = messageOf(data);
    if (message === undefined) return;
    // A server of the version before says no time.
    if ("time" in message && typeof message.time === "number") heardTime(message.time);
    onMessage(message);
  }

  function heardTime(timeMs: number): void {
    serverTime = hearTime(serverTime, { timeMs, heardAt: clock.instant(), askedAt: pingedAt });
    pingedAt = undefined;
  }

  /** A socket that is no longer `current` is not listened to: its late close must not end its successor. */
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
    tell: feed,
    stop,
  };
}

/** The server's own words need no schema here; what is no such message at all is passed over. */
function messageOf(data: unknown): ToPage | undefined {
  try {
    const value: ToPage | null = JSON.parse(String(data));
    return typeof value?.type === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
