import { AccessToken } from "./tokens/access_token.ts";
import type { WechatApp } from "./app.ts";
import { Calls } from "./calls.ts";
import { jsTicket } from "./tokens/js_ticket.ts";
import { type JsSdkConfig, signJsSdk } from "./js_sdk.ts";
import type { KeptToken } from "./tokens/kept_token.ts";
import { type MiniSession, miniSession } from "./mini_program.ts";
import {
  type Authorization,
  authorizeUrl,
  exchangeCode,
  fetchUserInfo,
  type Granted,
  type UserInfo,
} from "./oauth.ts";
import type { SharedTokens } from "./tokens/shared_tokens.ts";
import { sendTemplate, type TemplateMessage } from "./template_message.ts";

/** What WeChat is asked with. */
export interface WechatOptions {
  /** The official account. @default {undefined} there is none */
  readonly account?: WechatApp | undefined;
  /** The mini program, which is another app. @default {undefined} there is none */
  readonly mini?: WechatApp | undefined;
  /** Origin of the API. */
  readonly apiUrl: string;
  /** Origin of the page that says who somebody is. */
  readonly openUrl: string;
  readonly tokens: SharedTokens;
  readonly fetch: typeof fetch;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** An official account, with its tokens. */
interface OfficialAccount {
  readonly app: WechatApp;
  readonly accessToken: AccessToken;
  readonly jsTicket: KeptToken;
}

/**
 * WeChat, as one isolate asks it. Everything but {@linkcode authorizeUrl} throws a {@linkcode WechatError} where WeChat
 * does not do it, and a `TypeError` where the app that it needs is not set.
 */
export class Wechat {
  readonly #calls: Calls;
  readonly #account: OfficialAccount | undefined;
  readonly #options: WechatOptions;

  constructor(options: WechatOptions) {
    this.#options = options;
    this.#calls = new Calls(options);
    this.#account = options.account && accountOf(options.account, this.#calls, options);
  }

  /** The page at WeChat's that a person is sent to, and comes back from with a code. */
  authorizeUrl(where: Omit<Authorization, "appId" | "openUrl">): string {
    const { openUrl } = this.#options;
    return authorizeUrl({ ...where, openUrl, appId: this.#needAccount().app.appId });
  }

  /** Whom a login's code stands for. A code works once. */
  async exchange(code: string): Promise<Granted> {
    return await exchangeCode(this.#calls, { app: this.#needAccount().app, code });
  }

  /** Name and picture of who granted them. */
  async userInfo(who: Pick<Granted, "accessToken" | "openid">): Promise<UserInfo> {
    return await fetchUserInfo(this.#calls, who);
  }

  /** What `wx.config` takes in a page of ours; on iOS the address that the page was entered by. */
  async jsSdkConfig(url: string): Promise<JsSdkConfig> {
    const { app, jsTicket } = this.#needAccount();
    const ticket = await jsTicket.get();
    const nonceStr = crypto.getRandomValues(new Uint8Array(8)).toHex();
    const timestamp = Math.floor(this.#options.wallClock() / 1000);
    const signature = signJsSdk({ ticket, nonce: nonceStr, timestamp, url });
    return { appId: app.appId, timestamp, nonceStr, signature };
  }

  /** Sends a person who follows the account a message. */
  async sendTemplate(message: TemplateMessage): Promise<void> {
    await sendTemplate(this.#calls, { accessToken: this.#needAccount().accessToken, message });
  }

  /** Whom a code of the mini program's `wx.login` stands for. A code works once. */
  async miniSession(code: string): Promise<MiniSession> {
    const { mini } = this.#options;
    if (!mini) throw new TypeError("There is no mini program");
    return await miniSession(this.#calls, { app: mini, code });
  }

  #needAccount(): OfficialAccount {
    if (!this.#account) throw new TypeError("There is no official account");
    return this.#account;
  }
}

function accountOf(app: WechatApp, calls: Calls, { tokens, wallClock }: WechatOptions): OfficialAccount {
  const accessToken = new AccessToken(calls, { app, tokens, wallClock });
  return {
    app,
    accessToken,
    jsTicket: jsTicket(calls, { appId: app.appId, accessToken, tokens, wallClock }),
  };
}
