/**
 * The documents that the server answers with: the cabinet's page, and notices in its place.
 *
 * @module
 */
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { renderToString } from "hono/jsx/dom/server";
import type { CabinetView } from "../locker/types.ts";
import type { Shape } from "./faces.ts";
import { Icon } from "./icons.tsx";
import { type NoticeKind, noticeTexts } from "./notice_texts.ts";
import { initialState, type You } from "./state.ts";
import { type Lang, texts } from "./texts.ts";
import { View } from "./view.tsx";

/** What the browser starts from. */
export interface InitialData {
  readonly you: You;
  readonly cabinet: CabinetView;
  readonly lang: Lang;
}

/** The whole page of a cabinet, which says something before its script ran. */
export function renderPage(data: InitialData): string {
  const { lang, cabinet } = data;
  const words = texts[lang];
  return render(
    <Document lang={lang} title={`${cabinet.name} · ${words.product}`} script>
      <div id="app">
        <View state={initialState(data)} texts={words} />
        <p class="slow">{words.slowScript}</p>
        <noscript>{words.needsScript}</noscript>
      </div>
      <script type="application/json" id="state">{raw(jsonForHtml(data))}</script>
    </Document>,
  );
}

/** A whole page in the place of a cabinet's: what is wrong and what the person can do. */
export function renderNotice({ lang, kind }: { lang: Lang; kind: NoticeKind }): string {
  const { title, next, again } = noticeTexts[lang][kind];
  return render(
    <Document lang={lang} title={`${title} · ${texts[lang].product}`}>
      <main class="page notice">
        <Icon shape={noticeShapes[kind]} />
        <h1>{title}</h1>
        <p>{next}</p>
        {again !== undefined && <a class="again" href="">{again}</a>}
      </main>
    </Document>,
  );
}

const noticeShapes: Readonly<Record<NoticeKind, Shape>> = {
  "unknown-cabinet": "question",
  "not-signed-in": "scan",
  error: "warning",
};

interface DocumentProps {
  readonly lang: Lang;
  readonly title: string;
  readonly script?: boolean;
  readonly children?: Child;
}

function Document({ lang, title, script, children }: DocumentProps): Child {
  return (
    <html lang={texts[lang].htmlLang}>
      <head>
        <meta charset="utf-8" />
        <title>{title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#ededed" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#111111" media="(prefers-color-scheme: dark)" />
        <meta name="format-detection" content="telephone=no" />
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/assets/page.css" />
        {script && <script type="module" src="/assets/page.js"></script>}
      </head>
      <body>{children}</body>
    </html>
  );
}

function render(document: Child): string {
  return `<!DOCTYPE html>${renderToString(document)}`;
}

/** No `<` survives, so nothing in a name can end the script element or open a comment. */
function jsonForHtml(data: InitialData): string {
  const { you, cabinet, lang } = data;
  return JSON.stringify({ you, cabinet, lang }).replaceAll("<", "\\u003c");
}
