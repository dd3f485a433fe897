import { z } from "zod";
import { seconds, token } from "../schemas.ts";
import type { ApiClient, WechatApp } from "../api_client.ts";
import { CachedToken, type FreshToken, type SharedTokens } from "./cached_token.ts";
import { isStaleTokenCode, WechatError } from "../wechat_error.ts";

const answer = z.object({ access_token: token, expires_in: seconds });

/** Makes calls with the official account's access token, and gets a new one when it is not valid any more. */
export class AccessToken {
  readonly #client: ApiClient;
  readonly #app: WechatApp;
  readonly #token: CachedToken;

  constructor(client: ApiClient, options: { app: WechatApp; tokens: SharedTokens; wallClock: () => number }) {
    this.#client = client;
    this.#app = options.app;
    this.#token = new CachedToken({
      name: `access_token ${options.app.appId}`,
      tokens: options.tokens,
      wallClock: options.wallClock,
      fetchToken: () => this.#fetch({ force: false }),
      forceNewToken: () => this.#fetch({ force: true }),
    });
  }

  /**
   * Makes a call with the token. If WeChat answers that the token is not valid, nothing was done, and the call is made
   * once more with another token.
   *
   * @throws {WechatError}
   */
  async use<T>(call: (token: string) => Promise<T>): Promise<T> {
    const token = await this.#token.get();
    try {
      return await call(token);
    } catch (error) {
      if (!(error instanceof WechatError && isStaleTokenCode(error.errcode))) throw error;
      const other = await this.#token.replace(token);
      if (other === token) throw error;
      return await call(other);
    }
  }

  /** Without `force`, WeChat returns the same token until it has a new one, so that any number of programs may ask. */
  async #fetch({ force }: { force: boolean }): Promise<FreshToken> {
    const { appId: appid, appSecret: secret } = this.#app;
    const { access_token, expires_in } = await this.#client.request("/cgi-bin/stable_token", {
      body: { grant_type: "client_credential", appid, secret, force_refresh: force },
      answer,
    });
    return { value: access_token, expiresInSeconds: expires_in };
  }
}
