/**
 * What the tests of the operator's routes share.
 *
 * @module
 */
import { TokenCheck } from "../../src/operator/token_check.ts";

/** The token that {@linkcode tokens} knows. */
export const TOKEN = "secret";

/** What lets whoever sends that token in, and tells nobody of others. */
export const tokens = new TokenCheck({
  token: TOKEN,
  trustedProxies: 0,
  connectionsMax: 100,
  refused: () => {},
  alarm: () => {},
  now: () => 0,
  wallClock: () => 0,
});
