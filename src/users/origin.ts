/**
 * Which pages may use a person's cookie.
 *
 * @module
 */
import type { Context } from "hono";

/** Where the pages of mini programs live, as WeChat's clients say of a socket. */
const MINI_PROGRAMS = "https://servicewechat.com";

/** What counts as our own. */
export interface OwnOrigins {
  /** The address that people know the service by; unset: what their request says. */
  readonly publicUrl: string | undefined;
  /** Whether a mini program belongs to the service. */
  readonly mini: boolean;
}

/** A page of another site must not use the person's cookie. What is no browser sends no `Origin`. */
export function isOwnOrigin(c: Context, { publicUrl, mini }: OwnOrigins): boolean {
  const origin = c.req.header("origin");
  if (origin === undefined || origin === publicUrl) return true;
  if (mini && origin === MINI_PROGRAMS) return true;
  return URL.parse(origin)?.host === c.req.header("host");
}

/** Whether cookies are for encrypted connections only. */
export function isSecure(c: Context, { publicUrl }: Pick<OwnOrigins, "publicUrl">): boolean {
  return publicUrl?.startsWith("https:") ?? c.req.header("x-forwarded-proto") === "https";
}
