/**
 * One person at one cabinet: brings the state, the socket, the clock and what is kept together.
 *
 * @module
 */
import type { FromPage, ToPage } from "../protocol/messages.ts";
import { keep, kept, type KeptText } from "./session_store.ts";
import { nextChangeMs, reduce, tapsToAskAgain } from "./state/model.ts";
import { type SocketOptions, startSocket } from "./connection/socket.ts";
import type { PageEvent, PageNews, PageState } from "./state/state.ts";
import { isRunning, type PendingTap, runningTaps, type TapKey } from "./state/taps.ts";
import { newWaysBack } from "./state/ways_back.ts";
import { isDoorWish, type TapMessageDraft } from "./state/wishes.ts";

/** What a session needs from the browser. */
export interface SessionOptions extends Pick<SocketOptions, "connect" | "clock" | "random" | "onRefused"> {
  readonly initial: PageState;
  /** May throw, as a browser without cookies does. */
  readonly storage: () => KeptText;
  /** Makes the id of a tap. */
  readonly newId: () => string;
  /** What the browser says of its network. */
  readonly hasNetwork: () => boolean;
}

/** What the view and the browser's events use. */
export interface PageSession {
  state(): PageState;
  /** Calls back after each change. Returns how to stop that. */
  subscribe(onChange: () => void): () => void;
  /** A tap that the server is asked to carry out. */
  ask(wish: TapMessageDraft): void;
  /** Tells the person something that the page found out by itself. */
  say(news: PageNews): void;
  /** Shows how something goes that is not about a door. */
  show(event: Extract<PageEvent, { type: "account" | "asking" | "scan" }>): void;
  /** Says that the person came back, or that the network came or went. */
  tell(event: "wake" | "online" | "offline"): void;
  /** Hangs up for good: the person left. */
  hangUp(): void;
}

/** Starts talking with the server. */
export function startSession(options: SessionOptions): PageSession {
  const { clock, storage, hasNetwork } = options;
  const cabinet = options.initial.cabinet.id;
  const watchers = new Set<() => void>();
  let state = options.initial;
  let stopTimer = () => {};

  function dispatch(event: PageEvent): void {
    const before = state;
    state = reduce(before, event);
    if (state === before) return;
    if (state.taps !== before.taps || state.shared !== before.shared) keepWhatRuns();
    wakeInTime();
    for (const watcher of watchers) watcher();
  }

  function keepWhatRuns(): void {
    keep(storage, cabinet, { taps: runningTaps(state.taps), shared: state.shared });
  }

  function wakeInTime(): void {
    stopTimer();
    const atMs = nextChangeMs(state);
    if (atMs === undefined) return;
    const waitMs = Math.max(0, atMs - clock.now());
    stopTimer = clock.after(waitMs, () => dispatch({ type: "time", nowMs: clock.now() }));
  }

  function subscribe(onChange: () => void): () => void {
    watchers.add(onChange);
    return () => watchers.delete(onChange);
  }

  function onMessage(message: ToPage): void {
    const nowMs = clock.now();
    // Timers stand still in the background: a tap that grew too old there must not be asked again.
    dispatch({ type: "time", nowMs });
    dispatch({ type: "heard", message, nowMs });
    if (message.type === "welcome") tapsToAskAgain(state, nowMs).forEach(askAgain);
    // Either the tap was old, or the server's clock was set since it was asked for: then the next tap has to go by it.
    if (message.type === "command" && message.reason === "expired") socket.tell("wake");
    for (const rental of newWaysBack(state)) ask({ type: "way-back", rental });
  }

  function askAgain(tap: PendingTap): void {
    dispatch({ type: "asked-again", id: tap.id });
    send(tap);
  }

  function ask(wish: TapMessageDraft): void {
    const id = options.newId();
    dispatch({ type: "tapped", id, wish, nowMs: clock.now(), serverMs: socket.serverNow() });
    const tap = state.taps.get(id);
    if (isRunning(tap)) send(tap);
  }

  /** Asks the server, with the same words each time. One that tells no time is of a version that takes none. */
  function send({ id, wish, serverMs: at }: TapKey): void {
    const isDated = isDoorWish(wish) && at !== undefined && socket.serverNow() !== undefined;
    socket.send((isDated ? { ...wish, id, at } : { ...wish, id }) satisfies FromPage);
  }

  function showDisconnected(): void {
    dispatch({ type: "disconnected", connection: hasNetwork() ? "reconnecting" : "offline-browser" });
  }

  function tell(event: "wake" | "online" | "offline"): void {
    dispatch({ type: "time", nowMs: clock.now() });
    socket.tell(event);
    const shownOffline = state.connection === "offline-browser";
    if (state.connection !== "live" && shownOffline === hasNetwork()) showDisconnected();
  }

  function hangUp(): void {
    stopTimer();
    socket.stop();
  }

  dispatch({
    type: "restored",
    ...kept(storage, { cabinet, nowMs: clock.now() }),
    nowMs: clock.now(),
  });
  const socket = startSocket({ ...options, onMessage, onLost: showDisconnected });
  return {
    state: () => state,
    subscribe,
    ask,
    say: (news) => dispatch({ type: "told", news, nowMs: clock.now() }),
    show: dispatch,
    tell,
    hangUp,
  };
}
