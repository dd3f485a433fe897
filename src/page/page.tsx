/**
 * The browser's entry: takes over the server's markup and keeps it alive.
 *
 * @module
 */
import "./old_webviews.ts";
import type { Child } from "hono/jsx";
import { render, useSyncExternalStore } from "hono/jsx/dom";
import { checkPage } from "./page_check.ts";
import { type Session, startSession } from "./session.ts";
import type { InitialData } from "./shell.tsx";
import type { Clock } from "./socket.ts";
import { initialState } from "./state.ts";
import { type Texts, texts } from "./texts.ts";
import { uuidOf } from "./uuid.ts";
import { View } from "./view.tsx";

/** The few words of the browser that the server's types do not have. */
declare const document: {
  readonly visibilityState: "visible" | "hidden";
  getElementById(id: string): (Parameters<typeof render>[1] & { readonly textContent: string | null }) | null;
  addEventListener(type: "visibilitychange", listener: () => void): void;
};
declare const navigator: { readonly onLine: boolean };

const clock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

function elementOf(id: string): NonNullable<ReturnType<typeof document.getElementById>> {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`Cannot start the page: it has no #${id}`);
  return element;
}

function socketUrl(cabinet: string): string {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/ws?cabinet=${encodeURIComponent(cabinet)}`;
}

function sessionOf(data: InitialData): Session {
  const url = socketUrl(data.cabinet.id);
  return startSession({
    initial: initialState(data),
    storage: () => sessionStorage,
    connect: () => new WebSocket(url),
    clock,
    random: Math.random,
    newId: () => uuidOf(crypto.getRandomValues(new Uint8Array(16)), Date.now()),
    hasNetwork: () => navigator.onLine,
    onRefused: () => void checkPage({ url: location.href, fetch, reload: () => location.reload() }),
  });
}

function listenToBrowser(session: Session): void {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") session.tell("wake");
  });
  addEventListener("pageshow", () => session.tell("wake"));
  addEventListener("online", () => session.tell("online"));
  addEventListener("offline", () => session.tell("offline"));
}

function App({ session, texts }: { session: Session; texts: Texts }): Child {
  const state = useSyncExternalStore(session.subscribe, session.state);
  return <View state={state} texts={texts} onTap={session.tap} />;
}

const data: InitialData = JSON.parse(elementOf("state").textContent ?? "");
const session = sessionOf(data);
listenToBrowser(session);
render(<App session={session} texts={texts[data.lang]} />, elementOf("app"));
