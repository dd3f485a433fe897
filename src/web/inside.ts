/**
 * Who asks from inside: from this machine or from a network that the rest of the world does not reach.
 *
 * @module
 */
import type { Context } from "hono";
import { addressOf } from "../address.ts";

/** Headers by which proxies say that somebody else asks. */
const FORWARDING = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "x-client-ip",
  "true-client-ip",
  "cf-connecting-ip",
];

/** Loopback (RFC 1122), private (RFC 1918) and link-local (RFC 3927). Not 100.64/10: carriers and clouds share it. */
const INSIDE_4 = /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./;
/** Loopback, unique local (RFC 4193) and link-local (RFC 4291). */
const INSIDE_6 = /^(::1$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/;

/**
 * Whether the request came from inside and straight. To us all that a proxy passes on comes from the proxy's address, so
 * nothing that was passed on counts.
 */
export function isFromInside(c: Context): boolean {
  return isInside(addressOf(c, 0)) && !FORWARDING.some((name) => c.req.header(name) !== undefined);
}

/** Whether that is an address of this machine or of a private network. */
export function isInside(address: string): boolean {
  const text = address.toLowerCase();
  return INSIDE_4.test(text.replace(/^::ffff:/, "")) || INSIDE_6.test(text);
}
