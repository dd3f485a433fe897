/**
 * Takes over the server's markup and keeps it alive. Each language has an entry of its own, so that no phone loads the
 * words of another.
 *
 * @module
 */
import "./old_webviews.ts";
import type { Child } from "hono/jsx";
import { render, useSyncExternalStore } from "hono/jsx/dom";
import { renewing } from "./account.ts";
import { type Actions, actionsOf } from "./actions.ts";
import { clock, copyText, elementOf, hasNetwork, listenToBrowser, loadScript, wechatSdk } from "./browser.ts";
import { connectOver } from "./connection/connect.ts";
import { httpSocket } from "./connection/http_socket.ts";
import { checkPage } from "./connection/page_check.ts";
import { scanner } from "./scan.ts";
import { type PageSession, startSession } from "./session.ts";
import type { InitialData } from "./shell.tsx";
import type { WebSocketLike } from "./connection/socket.ts";
import { initialState } from "./state/state.ts";
import type { Texts } from "./text/texts.ts";
import { uuidOf } from "../lib/uuid.ts";
import { View } from "./view/view.tsx";

const ask = (url: string, init: RequestInit) => fetch(url, init);

/** The two ways to the server. */
function connectTo(cabinet: string): () => WebSocketLike {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const query = `?cabinet=${encodeURIComponent(cabinet)}`;
  return connectOver({
    webSocket: () => new WebSocket(`${scheme}://${location.host}/ws${query}`),
    http: () => httpSocket({ url: `/talk${query}`, fetch: ask, clock }),
    clock,
  });
}

function sessionOf(data: InitialData): PageSession {
  return startSession({
    initial: initialState(data, { nowMs: clock.now(), isLocal: true }),
    storage: () => sessionStorage,
    connect: connectTo(data.cabinet.id),
    clock,
    random: Math.random,
    newId: () => uuidOf(crypto.getRandomValues(new Uint8Array(16)), Date.now()),
    hasNetwork,
    onRefused: () => void checkPage({ url: location.href, fetch: ask, reload: () => location.reload() }),
  });
}

function buttonsOf(session: PageSession): Actions {
  return actionsOf(session, {
    clock,
    fetch: ask,
    copy: copyText,
    scan: scanner({ url: location.href, loadScript, wx: wechatSdk, fetch: ask, clock }),
    go: (path) => location.assign(path),
  });
}

interface AppProps {
  readonly session: PageSession;
  readonly actions: Actions;
  readonly texts: Texts;
}

function App({ session, actions, texts }: AppProps): Child {
  const state = useSyncExternalStore(session.subscribe, session.state);
  return <View state={state} texts={texts} actions={actions} />;
}

/** Starts the page with these words. */
export function startPage(texts: Texts): void {
  const session = sessionOf(JSON.parse(elementOf("state").textContent ?? ""));
  listenToBrowser(session.tell);
  const renewOnceADay = renewing({ clock, fetch: ask });
  session.subscribe(() => renewOnceADay(session.state()));
  render(<App session={session} actions={buttonsOf(session)} texts={texts} />, elementOf("app"));
}
