import type { Context } from "hono";

/** Headers by which proxies say that they pass a request on, beside those that begin with `X-Forwarded`. */
const FORWARDING: ReadonlySet<string> = new Set([
  "forwarded",
  "via",
  "x-real-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "x-original-forwarded-for",
  "true-client-ip",
  "cf-connecting-ip",
  "ali-cdn-real-ip",
]);

/** Whether a proxy says that it passes the request on: then the address that it comes from is not the sender's. */
export function isForwarded(c: Context): boolean {
  return Object.keys(c.req.header()).some((name) => name.startsWith("x-forwarded") || FORWARDING.has(name));
}
