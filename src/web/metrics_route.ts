import type { Context } from "hono";
import { clientOf } from "../http/client_address.ts";
import type { Networks } from "../lib/networks.ts";
import type { TokenCheck } from "../operator/mod.ts";

/** Prometheus' text format. */
const TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

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

/** The figures, and who may read them without the operator's token. */
export interface MetricsSource {
  readonly text: () => Promise<string>;
  readonly from: Networks;
}

/**
 * `GET /metrics`: the figures are for requests with the operator's token, and for those that come straight from where
 * Prometheus may be. A request that a proxy has passed on needs the token: behind a proxy on this machine, requests from
 * the internet come from this machine.
 */
export function metricsRoute(
  { text, from }: MetricsSource,
  tokens: Pick<TokenCheck, "admits">,
): (c: Context) => Promise<Response> {
  return async (c) => {
    c.header("cache-control", "no-store");
    const isStraight = !isForwarded(c) && from.has(clientOf(c).peer);
    if (isStraight || await tokens.admits(c)) {
      return c.body(await text(), 200, { "content-type": TEXT_FORMAT });
    }
    c.header("www-authenticate", "Bearer");
    return c.text(
      "Send the operator token as Authorization: Bearer; METRICS_FROM says which addresses need none\n",
      401,
    );
  };
}

/** Whether a proxy says that it passes the request on: then the address that it comes from is not the sender's. */
function isForwarded(c: Context): boolean {
  return Object.keys(c.req.header()).some((name) => name.startsWith("x-forwarded") || FORWARDING.has(name));
}
