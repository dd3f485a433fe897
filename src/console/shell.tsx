import { raw } from "hono/html";
import { renderToString } from "hono/jsx/dom/server";
import { LOG_IN, OPERATOR } from "../lib/limits.ts";
import type { Lang } from "../page/text/texts.ts";
import type { TypedLimits } from "./state/state.ts";
import { texts } from "./text/languages.ts";
import { View } from "./view/view.tsx";

/** The data that the browser's script starts from. */
export interface JoinData {
  readonly lang: Lang;
  readonly limits: TypedLimits;
}

/**
 * The page on which a link is used. What the link is for stands behind `#`, which no browser sends: the script finds out.
 *
 * @param options.version of script and style, so that a browser that has them makes no request
 */
export function renderJoin({ lang, version }: { lang: Lang; version: string }): string {
  const words = texts[lang];
  const limits = { passwordMin: LOG_IN.passwordCharactersMin, nameMax: OPERATOR.textMax };
  const data: JoinData = { lang, limits };
  const part = { state: { step: "looking" }, texts: words, limits, origin: "", actions: undefined } as const;
  return `<!DOCTYPE html>${
    renderToString(
      <html lang={words.htmlLang}>
        <head>
          <meta charset="utf-8" />
          <title>{`${words.title} · ${words.product}`}</title>
          <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
          <meta name="color-scheme" content="light dark" />
          <meta name="format-detection" content="telephone=no" />
          <link rel="icon" href="data:," />
          <link rel="stylesheet" href={`/assets/join.css?v=${version}`} />
          <script type="module" src={`/assets/join.js?v=${version}&lang=${lang}`}></script>
        </head>
        <body>
          <div id="app">
            <View {...part} />
            <p class="slow">{words.slowScript}</p>
            <noscript>{words.needsScript}</noscript>
          </div>
          <script type="application/json" id="state">{raw(JSON.stringify(data))}</script>
        </body>
      </html>,
    )
  }`;
}
