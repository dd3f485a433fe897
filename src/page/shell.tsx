import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { renderToString } from "hono/jsx/dom/server";
import { homeTexts, noticeTexts, type PageNoticeKind } from "./text/notice_texts.ts";
import type { Contact } from "../cabinet/types.ts";
import { ContactBeside } from "./view/contact.tsx";
import { Icon } from "./view/icons.tsx";
import { type InitialState, initialState } from "./state/state.ts";
import type { IconShape } from "./text/styled_messages.ts";
import type { Lang } from "./text/texts.ts";
import { texts } from "./text/languages.ts";
import { NoticePage, View } from "./view/view.tsx";

/** The data that the browser's script starts from. */
export interface InitialData extends InitialState {
  readonly lang: Lang;
}

/**
 * The whole page of a cabinet, readable before its script has run.
 *
 * @param options.nowMs milliseconds since 1970
 * @param options.version of script and style, so that a browser that has them makes no request. @default none
 */
export function renderPage(
  data: InitialData,
  { nowMs = Date.now(), version }: { nowMs?: number; version?: string } = {},
): string {
  const { lang, cabinet } = data;
  const words = texts[lang];
  return render(
    <Document lang={lang} title={`${cabinet.name} · ${words.product}`} script version={version}>
      <div id="app">
        <View state={initialState(data, { nowMs, isLocal: false })} texts={words} actions={undefined} />
        <p class="slow">{words.slowScript}</p>
        <noscript>{words.needsScript}</noscript>
      </div>
      <script type="application/json" id="state">{raw(jsonForHtml(data))}</script>
    </Document>,
  );
}

/**
 * A notice in place of a cabinet's page: what is wrong and what the person can do.
 *
 * @param options.again the address of the link that tries again. @default {the same address}
 * @param options.contact of the cabinet, which is shown beside words that send people to its operator
 */
export function renderNotice({ lang, kind, again: href = "", contact }: NoticeOptions): string {
  const { again: words, ...text } = noticeTexts[lang][kind];
  const again = words === undefined ? undefined : { words, href };
  return render(
    <Document lang={lang} title={`${text.title} · ${texts[lang].product}`}>
      <NoticePage text={text} shape={noticeShapes[kind]} again={again}>
        <ContactBeside words={text.next} contact={contact} texts={texts[lang]} />
      </NoticePage>
    </Document>,
  );
}

/** The page at the root, in both languages: it says what the service is, and nothing about its cabinets. */
export function renderHome(): string {
  const { zh, en } = homeTexts;
  return render(
    <Document lang="zh" title={`${zh.title} Kaigui`}>
      <main class="page notice">
        <Icon shape="door-open" />
        <h1>{zh.title}</h1>
        <p>{zh.next}</p>
        <section lang="en">
          <h2>{en.title}</h2>
          <p>{en.next}</p>
        </section>
      </main>
    </Document>,
  );
}

interface NoticeOptions {
  readonly lang: Lang;
  readonly kind: PageNoticeKind;
  readonly again?: string;
  /** Of the cabinet that the person came to, where it is known. */
  readonly contact?: Contact | undefined;
}

const noticeShapes: Readonly<Record<PageNoticeKind, IconShape>> = {
  "unknown-cabinet": "question",
  "not-signed-in": "scan",
  "no-sign-in": "person",
  "login-refused": "person",
  "login-again": "clock",
  "snapshot-user": "person",
  "wechat-away": "offline",
  "too-many": "clock",
  "copy-elsewhere": "person",
  "copy-over": "clock",
  "copy-too-often": "clock",
  error: "warning",
};

interface DocumentProps {
  readonly lang: Lang;
  readonly title: string;
  readonly script?: boolean;
  readonly version?: string | undefined;
  readonly children?: Child;
}

function Document({ lang, title, script, version, children }: DocumentProps): Child {
  const styleQuery = queryOf({ v: version });
  const scriptQuery = queryOf({ v: version, lang });
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
        <link rel="stylesheet" href={`/assets/page.css${styleQuery}`} />
        {script && <script type="module" src={`/assets/page.js${scriptQuery}`}></script>}
      </head>
      <body>{children}</body>
    </html>
  );
}

function queryOf(values: Readonly<Record<string, string | undefined>>): string {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return known.length === 0 ? "" : `?${known.map(([name, value]) => `${name}=${value}`).join("&")}`;
}

function render(document: Child): string {
  return `<!DOCTYPE html>${renderToString(document)}`;
}

/** Has no `<`, so that no name can end the script element or open a comment. */
function jsonForHtml({ you, cabinet, rentals, rentalsMax, permits, lang, canScan }: InitialData): string {
  return JSON.stringify({ you, cabinet, rentals, rentalsMax, permits, lang, canScan }).replaceAll(
    "<",
    "\\u003c",
  );
}
