/**
 * One person at one cabinet: brings the state, the socket, the clock and the kept taps together.
 *
 * @module
 */
import type { ToPage } from "../users/messages.ts";
import { keepTaps, keptTaps, type KeptText } from "./kept_taps.ts";
import { nextChangeMs, reduce } from "./model.ts";
import { type SocketOptions, startSocket } from "./socket.ts";
import type { PageEvent, PageState } from "./state.ts";
import { isRunning, type RunningTap, runningTaps } from "./taps.ts";

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
export interface Session {
  state(): PageState;
  /** Calls back after each change. Returns how to stop that. */
  subscribe(onChange: () => void): () => void;
  tap(cell: number): void;
  /** Says that the person came back, or that the network came or went. */
  tell(event: "wake" | "online" | "offline"): void;
}

/** Starts talking with the server. */
export function startSession(options: SessionOptions): Session {
  const { clock, storage, hasNetwork } = options;
  const cabinet = options.initial.cabinet.id;
  const watchers = new Set<() => void>();
  let state = options.initial;
  let stopTimer = () => {};

  function dispatch(event: PageEvent): void {
    const before = state;
    state = reduce(before, event);
    if (state === before) return;
    if (state.taps !== before.taps) keepTaps(storage, { cabinet, taps: runningTaps(state.taps) });
    wakeInTime();
    for (const watcher of watchers) watcher();
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
    if (message.type === "welcome") runningTaps(state.taps).forEach(askAgain);
  }

  function askAgain({ id, cell }: RunningTap): void {
    dispatch({ type: "asked-again", id });
    socket.send({ type: "open", id, cell });
  }

  function tap(cell: number): void {
    const id = options.newId();
    dispatch({ type: "tapped", id, cell, nowMs: clock.now() });
    const taken = state.taps.get(cell);
    if (isRunning(taken) && taken.id === id) socket.send({ type: "open", id, cell });
  }

  function showDisconnected(): void {
    dispatch({ type: "disconnected", connection: hasNetwork() ? "reconnecting" : "offline-browser" });
  }

  function tell(event: "wake" | "online" | "offline"): void {
    socket.tell(event);
    const shownOffline = state.connection === "offline-browser";
    if (state.connection !== "live" && shownOffline === hasNetwork()) showDisconnected();
  }

  dispatch({
    type: "restored",
    taps: keptTaps(storage, { cabinet, nowMs: clock.now() }),
    nowMs: clock.now(),
  });
  const socket = startSocket({ ...options, onMessage, onLost: showDisconnected });
  return { state: () => state, subscribe, tap, tell };
}
