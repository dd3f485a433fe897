import { createHash } from "node:crypto";
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { renderToString } from "hono/jsx/dom/server";
import { qrSvg } from "../lib/qr_code.ts";
import type { DrawnPoster, Poster, PosterLayout } from "./poster.ts";
import style from "./posters.css" with { type: "text" };
import { Sheet, Sticker } from "./sheet.tsx";

const STICKERS_PER_PAGE = 4;

/** The document's content policy: its own style, and nothing else. */
export const POSTERS_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A document without other files, with the posters in this order. */
export async function renderPosters(
  posters: readonly Poster[],
  { layout }: { readonly layout: PosterLayout },
): Promise<string> {
  const drawn: DrawnPoster[] = [];
  for (const poster of posters) drawn.push({ ...poster, code: await qrSvg(poster.link) });
  const pages = layout === "sheet"
    ? drawn.map((poster) => <Sheet key={poster.id} {...poster} />)
    : stickerPages(drawn);
  return `<!DOCTYPE html>${renderToString(<Document pages={pages} />)}`;
}

function stickerPages(posters: readonly DrawnPoster[]): Child[] {
  const pages: Child[] = [];
  for (let first = 0; first < posters.length; first += STICKERS_PER_PAGE) {
    const onPage = posters.slice(first, first + STICKERS_PER_PAGE);
    pages.push(
      <section class="page stickers">
        {onPage.map((poster) => <Sticker key={poster.id} {...poster} />)}
      </section>,
    );
  }
  return pages;
}

function Document({ pages }: { pages: readonly Child[] }): Child {
  return (
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <title>开柜 Kaigui</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="format-detection" content="telephone=no" />
        <style>{raw(style)}</style>
      </head>
      <body>{pages}</body>
    </html>
  );
}
