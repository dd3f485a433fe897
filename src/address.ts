import type { Context } from "hono";
import { getConnInfo } from "hono/deno";

/**
 * The network address that a request came from: the peer's, or, behind so many proxies that add it, what the
 * outermost of them wrote into `X-Forwarded-For`. What stands before that is the sender's own word.
 */
export function addressOf(c: Context, trustedProxies: number): string {
  if (trustedProxies > 0) {
    const forwarded = c.req.header("x-forwarded-for")?.split(",").map((part) => part.trim()) ?? [];
    const said = forwarded.at(-trustedProxies);
    if (said) return said.slice(0, 64);
  }
  return getConnInfo(c).remote.address ?? "";
}
