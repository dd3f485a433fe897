/**
 * JS-SDK: the ticket, and what the phone asks WeChat about a page's `wx.config`.
 *
 * @module
 */
import { type Answered, type Asked, json, readQuery } from "../exchange.ts";
import type { GlobalTokens } from "./global_tokens.ts";
import { TOKEN_S } from "../limits.ts";
import type { Ground } from "../people.ts";
import { randomName } from "../random.ts";
import { Refusal } from "../refusal.ts";
import { sha1Hex } from "./signature.ts";

/** What a page tells `wx.config`. */
export interface JsConfig {
  readonly appId: string;
  readonly timestamp: number | string;
  readonly nonceStr: string;
  readonly signature: string;
}

/** See the module. */
export class JsSdk {
  readonly #ground: Ground;
  readonly #tokens: GlobalTokens;
  #ticket = { value: "", endsAt: 0 };

  constructor(ground: Ground, tokens: GlobalTokens) {
    this.#ground = ground;
    this.#tokens = tokens;
  }

  /** `GET /cgi-bin/ticket/getticket` */
  getTicket(asked: Asked): Answered {
    const { access_token: token, type } = readQuery(asked, { needed: ["access_token", "type"] });
    this.#tokens.check(token);
    if (type !== "jsapi") throw new Refusal(40097, ": type");
    const now = this.#ground.clock.now();
    if (this.#ticket.endsAt <= now) this.#ticket = { value: randomName(86), endsAt: now + TOKEN_S * 1000 };
    const left = Math.ceil((this.#ticket.endsAt - now) / 1000);
    return json(asked.path, { errcode: 0, errmsg: "ok", ticket: this.#ticket.value, expires_in: left });
  }

  /** What `wx.config` comes to on a page of that address: `config:ok`, or why not. */
  verify(config: JsConfig, pageUrl: string): string {
    if (config.appId !== this.#ground.app.appId) return "config:invalid appid";
    if (!this.#ground.domains.has(new URL(pageUrl).hostname)) return "config:invalid url domain";
    const { value: ticket, endsAt } = this.#ticket;
    const isGood = endsAt > this.#ground.clock.now();
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
