import type { Context } from "hono";
import { notice } from "./pages.ts";

/** How browsers say that they load ahead; `preview` is Safari's picture of a page. */
const AHEAD = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
/** Robots that say what they are, and makers of link previews. CUBOT is a maker of phones. */
const ROBOTS =
  /(?<!\bcu)bot\b|spider\b|crawler\b|facebookexternalhit|BingPreview|SkypeUriPreview|^WhatsApp\/|kube-probe|HealthCheck/i;

/**
 * Whether no person is behind the request, or not yet: previews of links, monitors, browsers that load ahead. Such
 * a request must leave nothing behind and use nothing up, or there is nothing left when the person comes.
 */
export function isPreview(c: Context): boolean {
  return c.req.method === "HEAD" || isAhead(c) || ROBOTS.test(c.req.header("user-agent") ?? "");
}

/** What such a request is answered where a person would be signed in. A browser throws a refusal away and asks anew. */
export function answerPreview(c: Context): Response | Promise<Response> {
  return notice(c, { kind: "not-signed-in", status: isAhead(c) ? 403 : 200 });
}

function isAhead(c: Context): boolean {
  return AHEAD.some((name) => /\b(prefetch|prerender|preview)\b/i.test(c.req.header(name) ?? ""));
}
