import { json, page, readQuery, type WechatAnswer, type WechatRequest } from "../exchange.ts";
import { TOKEN_S } from "../limits.ts";
import { OneTimeCodes } from "./one_time_codes.ts";
import { checkKeys, type Person, personWith, type SharedState } from "../people.ts";
import { randomName } from "../random.ts";
import { Refusal } from "../refusal.ts";

/** What a person granted. */
interface Grant {
  readonly person: Person;
  readonly scope: string;
}

/** WeChat matches the link with a pattern: with other parameters, or another order, the page cannot be opened. */
const LINK =
  /^appid=([^&]+)&redirect_uri=([^&]+)&response_type=code&scope=([^&]+)&state=([a-zA-Z0-9]{0,128})$/;
const SCOPES = ["snsapi_base", "snsapi_userinfo"];
const LANGUAGES = ["zh_CN", "zh_TW", "en"];

/** Web page login: WeChat's page on the person's phone, and the service's calls for the code that it returns. */
export class PageLogin {
  readonly #shared: SharedState;
  readonly #codes: OneTimeCodes<Grant>;
  readonly #tokens = new Map<string, Grant & { readonly endsAt: number }>();

  constructor(shared: SharedState) {
    this.#shared = shared;
    this.#codes = new OneTimeCodes(shared.clock);
  }

  /** `GET /connect/oauth2/authorize`; refusals are pages for the person. */
  authorize(request: WechatRequest): WechatAnswer {
    const { userAgent } = request;
    const isWechat = userAgent.includes("MicroMessenger") && !userAgent.includes("wxwork");
    if (!isWechat) return page("请在微信客户端打开链接");
    const [, appId, redirectUri = "", scope = "", state = ""] = LINK.exec(request.query) ?? [];
    if (appId === undefined) return page("该链接无法访问");
    if (appId !== this.#shared.app.appId) return page("AppID 参数错误");
    if (!SCOPES.includes(scope)) return page("Scope 参数错误或没有 Scope 权限 10005");
    const back = this.#backTo(redirectUri);
    if (back === undefined) return page("redirect_uri域名与后台配置不一致，错误码：10003");
    const person = personWith(userAgent, this.#shared.people);
    if (!person) return { ...page("The fake WeChat does not know whose phone this is"), status: 404 };
    const code = person.refuses ? "" : `code=${this.#codes.issue({ person, scope })}&`;
    return { ...page("…"), status: 302, location: withQuery(back, `${code}state=${state}`) };
  }

  /** `GET /sns/oauth2/access_token` */
  accessToken(request: WechatRequest): WechatAnswer {
    const query = readQuery(request, { needed: ["appid", "secret", "code", "grant_type"] });
    checkKeys(this.#shared.app, query);
    if (query.grant_type !== "authorization_code") throw new Refusal(40002);
    const { person, scope } = this.#codes.take(query.code);
    const token = randomName(89);
    this.#tokens.set(token, { person, scope, endsAt: this.#shared.clock.now() + TOKEN_S * 1000 });
    return json(request.path, {
      access_token: token,
      expires_in: TOKEN_S,
      refresh_token: randomName(89),
      openid: person.openid,
      scope,
      ...(person.snapshot ? { is_snapshotuser: 1 } : {}),
      ...(scope === "snsapi_userinfo" ? unionidOf(person) : {}),
    });
  }

  /** `GET /sns/userinfo` */
  userinfo(request: WechatRequest): WechatAnswer {
    const query = readQuery(request, { needed: ["access_token", "openid"], optional: ["lang"] });
    const grant = this.#tokens.get(query.access_token);
    if (!grant) throw new Refusal(40001);
    if (grant.endsAt <= this.#shared.clock.now()) throw new Refusal(42001);
    const { person, scope } = grant;
    if (query.openid !== person.openid) throw new Refusal(40003);
    if (scope !== "snsapi_userinfo") throw new Refusal(48001);
    if (query.lang !== undefined && !LANGUAGES.includes(query.lang)) throw new Refusal(40097, ": lang");
    return json(request.path, {
      openid: person.openid,
      nickname: person.name,
      sex: 0,
      language: "",
      city: "",
      province: "",
      country: "",
      headimgurl: person.picture ?? "",
      privilege: [],
      ...unionidOf(person),
    });
  }

  /** The address to go back to; `undefined`: WeChat refuses it. */
  #backTo(escaped: string): string | undefined {
    if (/[:/?#]/.test(escaped) || !URL.canParse(unescaped(escaped))) return undefined;
    const { protocol, hostname } = new URL(unescaped(escaped));
    const isKnown = /^https?:$/.test(protocol) && this.#shared.domains.has(hostname);
    return isKnown ? unescaped(escaped) : undefined;
  }
}

function unionidOf({ unionid }: Person): { unionid?: string } {
  return unionid === undefined ? {} : { unionid };
}

function unescaped(text: string): string {
  return new URLSearchParams(`text=${text}`).get("text") ?? "";
}

/** Adds to an address's query, before its fragment. */
function withQuery(address: string, query: string): string {
  const [, start = "", fragment = ""] = /^([^#]*)(#.*)?$/s.exec(address) ?? [];
  return `${start}${start.includes("?") ? "&" : "?"}${query}${fragment}`;
}
