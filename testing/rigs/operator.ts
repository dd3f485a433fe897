/**
 * What the tests of the operator's routes share.
 *
 * @module
 */
import { Hono } from "hono";
import { clientAddress, type Reached } from "../../src/http/client_address.ts";
import { operatorApi, type OperatorContext } from "../../src/operator/mod.ts";
import { TokenCheck } from "../../src/operator/token_check.ts";

/** The token that {@linkcode tokens} knows. */
export const TOKEN = "secret";

/** Admits requests with that token, and tells nobody of others. */
export const tokens = new TokenCheck({
  token: TOKEN,
  connectionsMax: 100,
  refused: () => {},
  alarm: () => {},
  now: () => 0,
  wallClock: () => 0,
  wait: () => Promise.resolve(),
});

/** Requests come straight from their senders. */
export const STRAIGHT: Reached = { publicUrl: undefined, trustedProxies: 0 };

/** The API over as much of its context as a test needs. */
export function apiOver(context: Partial<OperatorContext>): Hono {
  const api = operatorApi({ token: TOKEN, tokens, ...context } as OperatorContext);
  return new Hono().use(clientAddress(STRAIGHT)).route("/", api);
}

/** What the server says of a request's connection. */
export const HERE = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 50_000 } };
