/**
 * The ticket that pages of the official account are signed with.
 *
 * @module
 */
import { z } from "zod";
import type { AccessToken } from "./access_token.ts";
import { seconds, token } from "../answers.ts";
import type { Calls } from "../calls.ts";
import { KeptToken } from "./kept_token.ts";
import type { SharedTokens } from "./shared_tokens.ts";

const answer = z.object({ ticket: token, expires_in: seconds });

/** What {@linkcode jsTicket} works with. */
export interface JsTicketOptions {
  readonly appId: string;
  readonly accessToken: AccessToken;
  readonly tokens: SharedTokens;
  readonly wallClock: () => number;
}

/** Keeps the ticket. */
export function jsTicket(calls: Calls, options: JsTicketOptions): KeptToken {
  const { appId, accessToken, tokens, wallClock } = options;
  return new KeptToken({
    name: `jsapi_ticket ${appId}`,
    tokens,
    wallClock,
    fetchOne: () =>
      accessToken.use(async (access_token) => {
        const query = { access_token, type: "jsapi" };
        const { ticket, expires_in } = await calls.ask("/cgi-bin/ticket/getticket", { query, answer });
        return { value: ticket, expiresInSeconds: expires_in };
      }),
  });
}
