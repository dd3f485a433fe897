/**
 * The official account's access token, with which it calls the API.
 *
 * @module
 */
import { z } from "zod";
import { seconds, token } from "../answers.ts";
import type { WechatApp } from "../app.ts";
import type { Calls } from "../calls.ts";
import { saysStaleToken } from "../error_codes.ts";
import { type FreshToken, KeptToken } from "./kept_token.ts";
import type { SharedTokens } from "./shared_tokens.ts";
import { WechatError } from "../wechat_error.ts";

const answer = z.object({ access_token: token, expires_in: seconds });

/** Gives calls the token, and a new one where it does not work any more. */
export class AccessToken {
  readonly #calls: Calls;
  readonly #app: WechatApp;
  readonly #token: KeptToken;

  constructor(calls: Calls, options: { app: WechatApp; tokens: SharedTokens; wallClock: () => number }) {
    this.#calls = calls;
    this.#app = options.app;
    this.#token = new KeptToken({
      name: `access_token ${options.app.appId}`,
      tokens: options.tokens,
      wallClock: options.wallClock,
      fetchOne: () => this.#fetch({ force: false }),
      forceOne: () => this.#fetch({ force: true }),
    });
  }

  /**
   * Makes a call with the token; once more with another one where WeChat says that this one does not work, which means
   * that nothing was done.
   *
   * @throws {WechatError}
   */
  async use<T>(call: (token: string) => Promise<T>): Promise<T> {
    const token = await this.#token.get();
    try {
      return await call(token);
    } catch (error) {
      if (!(error instanceof WechatError && saysStaleToken(error.errcode))) throw error;
      const other = await this.#token.replace(token);
      if (other === token) throw error;
      return await call(other);
    }
  }

  /** Calls that do not force get the same token until WeChat has a new one, so any number of programs may ask. */
  async #fetch({ force }: { force: boolean }): Promise<FreshToken> {
    const { appId: appid, appSecret: secret } = this.#app;
    const { access_token, expires_in } = await this.#calls.ask("/cgi-bin/stable_token", {
      body: { grant_type: "client_credential", appid, secret, force_refresh: force },
      answer,
    });
    return { value: access_token, expiresInSeconds: expires_in };
  }
}
