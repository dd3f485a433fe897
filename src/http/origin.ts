import type { Context } from "hono";
import { clientOf } from "./client_address.ts";

/** Where the pages of mini programs live, as WeChat's clients say of a socket. */
const MINI_PROGRAMS = "https://servicewechat.com";

/** What counts as our own. */
export interface OwnOrigins {
  /** The address that people know the service by; unset: what their request says. */
  readonly publicUrl: string | undefined;
  /** Whether a mini program belongs to the service. */
  readonly mini: boolean;
}

/**
 * Whether the request may use the person's cookie: it comes from a page of ours, or from what is not a browser and so
 * sends no `Origin`. A page without an origin (`null`) may be of any site, and an encrypted page is not the one of the same
 * host that is not encrypted.
 */
export function isOwnOrigin(c: Context, own: OwnOrigins): boolean {
  const text = c.req.header("origin");
  if (text === undefined || text === own.publicUrl) return true;
  if (own.mini && text === MINI_PROGRAMS) return true;
  const origin = URL.parse(text);
  if (origin === null || origin.host === "" || origin.host !== clientOf(c).host) return false;
  return origin.protocol === "https:" || !clientOf(c).isSecure;
}
