import { json, readQuery, type WechatAnswer, type WechatRequest } from "../exchange.ts";
import type { GlobalTokens } from "./global_tokens.ts";
import { TOKEN_S } from "../limits.ts";
import type { SharedState } from "../people.ts";
import { randomName } from "../random.ts";
import { Refusal } from "../refusal.ts";
import { sha1Hex } from "./signature.ts";

/** The arguments of `wx.config`. */
export interface JsConfig {
  readonly appId: string;
  readonly timestamp: number | string;
  readonly nonceStr: string;
  readonly signature: string;
}

/** The JS-SDK: its ticket, and how the phone verifies a page's `wx.config` with WeChat. */
export class JsSdk {
  readonly #shared: SharedState;
  readonly #tokens: GlobalTokens;
  #ticket = { value: "", endsAt: 0 };

  constructor(shared: SharedState, tokens: GlobalTokens) {
    this.#shared = shared;
    this.#tokens = tokens;
  }

  /** `GET /cgi-bin/ticket/getticket` */
  getTicket(request: WechatRequest): WechatAnswer {
    const { access_token: token, type } = readQuery(request, { needed: ["access_token", "type"] });
    this.#tokens.check(token);
    if (type !== "jsapi") throw new Refusal(40097, ": type");
    const now = this.#shared.clock.now();
    if (this.#ticket.endsAt <= now) this.#ticket = { value: randomName(86), endsAt: now + TOKEN_S * 1000 };
    const left = Math.ceil((this.#ticket.endsAt - now) / 1000);
    return json(request.path, { errcode: 0, errmsg: "ok", ticket: this.#ticket.value, expires_in: left });
  }

  /** The result of `wx.config` on the page with that address: `config:ok`, or an error. */
  verify(config: JsConfig, pageUrl: string): string {
    if (config.appId !== this.#shared.app.appId) return "config:invalid appid";
    if (!this.#shared.domains.has(new URL(pageUrl).hostname)) return "config:invalid url domain";
    const { value: ticket, endsAt } = this.#ticket;
    const isGood = endsAt > this.#shared.clock.now();
    const signature = jsSignature({ ...config, ticket, pageUrl });
    return isGood && config.signature === signature ? "config:ok" : "config:invalid signature";
  }
}

/** The signature of a page's address, without its fragment. */
export function jsSignature(
  { ticket, nonceStr, timestamp, pageUrl }: Omit<JsConfig, "appId" | "signature"> & {
    readonly ticket: string;
    readonly pageUrl: string;
  },
): string {
  const [url] = pageUrl.split("#");
  return sha1Hex(`jsapi_ticket=${ticket}&noncestr=${nonceStr}&timestamp=${timestamp}&url=${url}`);
}
