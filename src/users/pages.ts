import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { gzip, prefersGzip } from "../http/compression.ts";
import type { Contact } from "../cabinet/types.ts";
import type { PageNoticeKind } from "../page/text/notice_texts.ts";
import { renderNotice } from "../page/shell.tsx";

/** Chinese unless the phone asks for English first. */
export function languageOf(c: Context): "zh" | "en" {
  return /^\s*en\b/i.test(c.req.header("accept-language") ?? "") ? "en" : "zh";
}

/** Answers with a document, compressed where the browser takes that. */
export function htmlAnswer(
  c: Context,
  html: string,
  status: ContentfulStatusCode = 200,
): Response | Promise<Response> {
  c.header("vary", "Accept-Encoding");
  if (!prefersGzip(c)) return c.html(html, status);
  return c.body(gzip(html), status, {
    "content-type": "text/html; charset=UTF-8",
    "content-encoding": "gzip",
  });
}

/** A whole page in the place of a cabinet's. */
export function notice(
  c: Context,
  { kind, status, ...more }: {
    kind: PageNoticeKind;
    status: 200 | 401 | 403 | 404 | 429 | 502 | 503;
    /** Where the person tries again. @default {the same address} */
    again?: string;
    /** Of the cabinet that the person came to. */
    contact?: Contact | undefined;
  },
): Response | Promise<Response> {
  return htmlAnswer(c, renderNotice({ lang: languageOf(c), kind, ...more }), status);
}
