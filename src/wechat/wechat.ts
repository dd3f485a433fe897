import { AccessToken } from "./tokens/access_token.ts";
import { ApiClient, type WechatApp } from "./api_client.ts";
import { jsTicket } from "./tokens/js_ticket.ts";
import { type JsSdkConfig, signJsSdk } from "./js_sdk.ts";
import type { CachedToken, SharedTokens } from "./tokens/cached_token.ts";
import { type MiniProgramSession, miniSession } from "./mini_program.ts";
import {
  type AuthorizationRequest,
  authorizeUrl,
  exchangeCode,
  fetchUserInfo,
  type LoginGrant,
  type UserInfo,
} from "./oauth.ts";
import { sendTemplate, type TemplateMessage } from "./template_message.ts";

/** What the client for WeChat needs. */
export interface WechatOptions {
  /** The official account. @default none */
  readonly account?: WechatApp | undefined;
  /** The mini program, which has credentials of its own. @default none */
  readonly mini?: WechatApp | undefined;
  /** The origin of the API. */
  readonly apiUrl: string;
  /** The origin of the authorization page. */
  readonly openUrl: string;
  readonly tokens: SharedTokens;
  readonly fetch: typeof fetch;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** The official account and its tokens. */
interface OfficialAccount {
  readonly app: WechatApp;
  readonly accessToken: AccessToken;
  readonly jsTicket: CachedToken;
}

/**
 * One isolate's client for WeChat. Its methods throw a {@linkcode WechatError} when a call fails, and a `TypeError` when
 * the account or mini program that they need is not set.
 */
export class Wechat {
  readonly #client: ApiClient;
  readonly #account: OfficialAccount | undefined;
  readonly #options: WechatOptions;

  constructor(options: WechatOptions) {
    this.#options = options;
    this.#client = new ApiClient(options);
    this.#account = options.account && accountOf(options.account, this.#client, options);
  }

  /** The address of WeChat's authorization page, from which a person comes back with a code. */
  authorizeUrl(request: Omit<AuthorizationRequest, "appId" | "openUrl">): string {
    const { openUrl } = this.#options;
    return authorizeUrl({ ...request, openUrl, appId: this.#requireAccount().app.appId });
  }

  /** Exchanges a login's code, which works once. */
  async exchange(code: string): Promise<LoginGrant> {
    return await exchangeCode(this.#client, { app: this.#requireAccount().app, code });
  }

  /** The name and picture of a person who granted that. */
  async userInfo(grant: Pick<LoginGrant, "accessToken" | "openid">): Promise<UserInfo> {
    return await fetchUserInfo(this.#client, grant);
  }

  /** The arguments of `wx.config` for this page. On iOS, `url` is the address by which the person entered the site. */
  async jsSdkConfig(url: string): Promise<JsSdkConfig> {
    const { app, jsTicket } = this.#requireAccount();
    const ticket = await jsTicket.get();
    const nonceStr = crypto.getRandomValues(new Uint8Array(8)).toHex();
    const timestamp = Math.floor(this.#options.wallClock() / 1000);
    const signature = signJsSdk({ ticket, nonce: nonceStr, timestamp, url });
    return { appId: app.appId, timestamp, nonceStr, signature };
  }

  /** Sends a message to a person who follows the account. */
  async sendTemplate(message: TemplateMessage): Promise<void> {
    await sendTemplate(this.#client, { accessToken: this.#requireAccount().accessToken, message });
  }

  /** Exchanges a code of the mini program's `wx.login`, which works once. */
  async miniSession(code: string): Promise<MiniProgramSession> {
    const { mini } = this.#options;
    if (!mini) throw new TypeError("There is no mini program");
    return await miniSession(this.#client, { app: mini, code });
  }

  #requireAccount(): OfficialAccount {
    if (!this.#account) throw new TypeError("There is no official account");
    return this.#account;
  }
}

function accountOf(app: WechatApp, client: ApiClient, { tokens, wallClock }: WechatOptions): OfficialAccount {
  const accessToken = new AccessToken(client, { app, tokens, wallClock });
  return {
    app,
    accessToken,
    jsTicket: jsTicket(client, { appId: app.appId, accessToken, tokens, wallClock }),
  };
}
