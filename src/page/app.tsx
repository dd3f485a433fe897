import "./old_webviews.ts";
import type { Child } from "hono/jsx";
import { render, useSyncExternalStore } from "hono/jsx/dom";
import { dailyRenewal } from "./account.ts";
import { type Actions, actionsOf } from "./actions.ts";
import { clock, copyText, elementOf, hasNetwork, listenToBrowser, loadScript, wechatSdk } from "./browser.ts";
import { connectWithFallback } from "./connection/transport_fallback.ts";
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

const request = (url: string, init: RequestInit) => fetch(url, init);

function connectTo(cabinet: string): () => WebSocketLike {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const query = `?cabinet=${encodeURIComponent(cabinet)}`;
  return connectWithFallback({
    webSocket: () => new WebSocket(`${scheme}://${location.host}/ws${query}`),
    http: () => httpSocket({ url: `/talk${query}`, fetch: request, clock }),
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
    onRefused: () => void checkPage({ url: location.href, fetch: request, reload: () => location.reload() }),
  });
}

function actionsFor(session: PageSession): Actions {
  return actionsOf(session, {
    clock,
    fetch: request,
    copy: copyText,
    scan: scanner({ url: location.href, loadScript, wx: wechatSdk, fetch: request, clock }),
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

/** Takes over the markup that the server rendered, in the language of these texts. */
export function startPage(texts: Texts): void {
  const session = sessionOf(JSON.parse(elementOf("state").textContent ?? ""));
  listenToBrowser(session.onBrowserEvent);
  const renewOnceADay = dailyRenewal({ clock, fetch: request });
  session.subscribe(() => renewOnceADay(session.state()));
  render(<App session={session} actions={actionsFor(session)} texts={texts} />, elementOf("app"));
}
