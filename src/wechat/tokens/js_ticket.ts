import { z } from "zod";
import type { AccessToken } from "./access_token.ts";
import { seconds, token } from "../schemas.ts";
import type { ApiClient } from "../api_client.ts";
import { CachedToken, type SharedTokens } from "./cached_token.ts";

const answer = z.object({ ticket: token, expires_in: seconds });

/** What {@linkcode jsTicket} needs. */
export interface JsTicketOptions {
  readonly appId: string;
  readonly accessToken: AccessToken;
  readonly tokens: SharedTokens;
  readonly wallClock: () => number;
}

/** The cached ticket for signing pages of the official account. */
export function jsTicket(client: ApiClient, options: JsTicketOptions): CachedToken {
  const { appId, accessToken, tokens, wallClock } = options;
  return new CachedToken({
    name: `jsapi_ticket ${appId}`,
    tokens,
    wallClock,
    fetchToken: () =>
      accessToken.use(async (access_token) => {
        const query = { access_token, type: "jsapi" };
        const { ticket, expires_in } = await client.request("/cgi-bin/ticket/getticket", { query, answer });
        return { value: ticket, expiresInSeconds: expires_in };
      }),
  });
}
