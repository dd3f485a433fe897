import type { Context } from "hono";
import { isOperator } from "../operator/mod.ts";
import { isFromInside } from "./inside.ts";

/** Prometheus' text format. */
const TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

/**
 * `GET /metrics`: the figures are no secret, but not for the street either. Whoever asks straight from inside gets them,
 * as Prometheus does, and whoever sends the operator's token.
 *
 * @param options.metrics the text
 * @param options.token the operator's
 */
export function metricsRoute(
  { metrics, token }: { metrics: () => string; token: string },
): (c: Context) => Promise<Response> {
  return async (c) => {
    c.header("cache-control", "no-store");
    if (isFromInside(c) || await isOperator(c.req.header("authorization"), token)) {
      return c.body(metrics(), 200, { "content-type": TEXT_FORMAT });
    }
    c.header("www-authenticate", "Bearer");
    return c.text("From outside, or through a proxy, send the operator token as Authorization: Bearer", 401);
  };
}
