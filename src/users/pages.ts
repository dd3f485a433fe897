import type { Context } from "hono";
import type { NoticeKind } from "../page/notice_texts.ts";
import { renderNotice } from "../page/shell.tsx";

/** Chinese unless the phone asks for English first. */
export function languageOf(c: Context): "zh" | "en" {
  return /^\s*en\b/i.test(c.req.header("accept-language") ?? "") ? "en" : "zh";
}

/** A whole page in the place of a cabinet's. */
export function notice(
  c: Context,
  { kind, status, again }: {
    kind: NoticeKind;
    status: 200 | 401 | 403 | 404 | 429 | 502 | 503;
    /** Where the person tries again. @default {the same address} */
    again?: string;
  },
): Response | Promise<Response> {
  return c.html(
    renderNotice({ lang: languageOf(c), kind, ...(again === undefined ? {} : { again }) }),
    status,
  );
}
