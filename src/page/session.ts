import type { FromPage, ToPage } from "../protocol/messages.ts";
import { type SocketOptions, startSocket } from "./connection/socket.ts";
import { loadSession, saveSession, type TextStorage } from "./session_store.ts";
import { nextChangeMs, reduce, tapsToResend } from "./state/model.ts";
import { rentalsWithoutCode } from "./state/recovery.ts";
import type { PageEvent, PageNews, PageState } from "./state/state.ts";
import { isCommand, type TapRequest } from "./state/tap_requests.ts";
import { isRunning, type PendingTap, runningTaps, type TapKey } from "./state/taps.ts";

/** What a session needs from the browser. */
export interface SessionOptions extends Pick<SocketOptions, "connect" | "clock" | "random" | "onRefused"> {
  readonly initial: PageState;
  /** May throw, as in a browser without cookies. */
  readonly storage: () => TextStorage;
  /** Makes the id of a tap. */
  readonly newId: () => string;
  /** Whether the browser says that there is a network. */
  readonly hasNetwork: () => boolean;
}

/** The session, as the view and the browser's events use it. */
export interface PageSession {
  state(): PageState;
  /** Calls back after each change; returns the function that stops that. */
  subscribe(onChange: () => void): () => void;
  /** Sends the server a tap. */
  tap(request: TapRequest): void;
  /** Shows news that the page found out by itself. */
  showNews(news: PageNews): void;
  /** Changes what is shown of the account, the dialog or the scanner. */
  show(event: Extract<PageEvent, { type: "account" | "take-dialog" | "scan" }>): void;
  /** Handles that the person came back to the page, or that the network came or went. */
  onBrowserEvent(event: "wake" | "online" | "offline"): void;
  /** Closes the connection for good. */
  close(): void;
}

/** Starts the session of one person at one cabinet, and its connection. */
export function startSession(options: SessionOptions): PageSession {
  const { clock, storage, hasNetwork } = options;
  const cabinet = options.initial.cabinet.id;
  const listeners = new Set<() => void>();
  let state = options.initial;
  let stopTimer = () => {};

  function dispatch(event: PageEvent): void {
    const before = state;
    state = reduce(before, event);
    if (state === before) return;
    if (state.taps !== before.taps || state.sharedCodes !== before.sharedCodes) save();
    setTimer();
    for (const listener of listeners) listener();
  }

  function save(): void {
    saveSession(storage, cabinet, { taps: runningTaps(state.taps), sharedCodes: state.sharedCodes });
  }

  function setTimer(): void {
    stopTimer();
    const atMs = nextChangeMs(state);
    if (atMs === undefined) return;
    const waitMs = Math.max(0, atMs - clock.now());
    stopTimer = clock.after(waitMs, () => dispatch({ type: "time", nowMs: clock.now() }));
  }

  function subscribe(onChange: () => void): () => void {
    listeners.add(onChange);
    return () => listeners.delete(onChange);
  }

  function onMessage(message: ToPage): void {
    const nowMs = clock.now();
    // Timers stand still in the background: a tap that grew too old there must not be sent again.
    dispatch({ type: "time", nowMs });
    dispatch({ type: "message", message, nowMs });
    if (message.type === "welcome") tapsToResend(state, nowMs).forEach(resend);
    // Either the tap was old, or the server's clock was changed: asks for its time, for the next tap to go by.
    if (message.type === "command" && message.reason === "expired") socket.onBrowserEvent("wake");
    for (const rental of rentalsWithoutCode(state)) tap({ type: "way-back", rental });
  }

  function resend(tap: PendingTap): void {
    dispatch({ type: "resent", id: tap.id });
    send(tap);
  }

  function tap(request: TapRequest): void {
    const id = options.newId();
    dispatch({ type: "tapped", id, request, nowMs: clock.now(), serverMs: socket.serverNow() });
    const tap = state.taps.get(id);
    if (isRunning(tap)) send(tap);
  }

  /** Sends the same message each time. A server that tells no time is of a version that takes no `at`. */
  function send({ id, request, serverMs: at }: TapKey): void {
    const isDated = isCommand(request) && at !== undefined && socket.serverNow() !== undefined;
    socket.send((isDated ? { ...request, id, at } : { ...request, id }) satisfies FromPage);
  }

  function showDisconnected(): void {
    dispatch({ type: "disconnected", connection: hasNetwork() ? "reconnecting" : "offline-browser" });
  }

  function onBrowserEvent(event: "wake" | "online" | "offline"): void {
    dispatch({ type: "time", nowMs: clock.now() });
    socket.onBrowserEvent(event);
    const shownOffline = state.connection === "offline-browser";
    if (state.connection !== "live" && shownOffline === hasNetwork()) showDisconnected();
  }

  function close(): void {
    stopTimer();
    socket.stop();
  }

  dispatch({
    type: "restored",
    ...loadSession(storage, { cabinet, nowMs: clock.now() }),
    nowMs: clock.now(),
  });
  const socket = startSocket({ ...options, onMessage, onLost: showDisconnected });
  return {
    state: () => state,
    subscribe,
    tap,
    showNews: (news) => dispatch({ type: "news", news, nowMs: clock.now() }),
    show: dispatch,
    onBrowserEvent,
    close,
  };
}
