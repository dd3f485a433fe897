import type { NoticeKind } from "../../cabinet/kinds.ts";
import type { WechatApp } from "../../wechat/mod.ts";

/** The WeChat apps of this service, one at least. */
export interface WechatSettings {
  /** The official account that people come from; unset: none. */
  readonly account: AccountSettings | undefined;
  /** The mini program of the same owner. */
  readonly mini: WechatApp | undefined;
  /** Files at the root of the host, and beside the cabinets, by which WeChat sees that the domain is ours: name and content. */
  readonly proofs: Readonly<Record<string, string>>;
  /** @default {"https://api.weixin.qq.com"} */
  readonly apiUrl: string;
  /** @default {"https://open.weixin.qq.com"} */
  readonly openUrl: string;
}

/** An official account. */
export interface AccountSettings extends WechatApp {
  /** Whether people are asked for their name and picture. @default {"snsapi_base"} */
  readonly scope: "snsapi_base" | "snsapi_userinfo";
  /** Signs what WeChat pushes; unset: no push is accepted. */
  readonly token: string | undefined;
  /** Encrypts what is pushed in safe mode: 43 characters. */
  readonly aesKey: string | undefined;
  /** The template of each kind of notice. */
  readonly templates: Readonly<Partial<Record<NoticeKind, NoticeTemplate>>>;
}

/** A template message of the official account. */
export interface NoticeTemplate {
  readonly id: string;
  /** The template's keyword for each field, such as `thing1` for `place`. */
  readonly keywords: Readonly<Partial<Record<NoticeField, string>>>;
}

/** The fields of a notice: `time` is when it happened, `until` when the time is up. */
export type NoticeField = "cell" | "place" | "code" | "time" | "until";

const FIELDS: readonly string[] = ["cell", "place", "code", "time", "until"] satisfies NoticeField[];
const API_URL = "https://api.weixin.qq.com";
const OPEN_URL = "https://open.weixin.qq.com";

/** Reads one value; a parser's `TypeError` says what is wrong with it. */
export type Read = <T>(name: string, parse: (text: string) => T) => T | undefined;

/**
 * Reads the settings of WeChat; `undefined`: none is set.
 *
 * @param mistake is told of values that do not go together
 */
export function readWechat(read: Read, mistake: (text: string) => void): WechatSettings | undefined {
  const account = readAccount(read, mistake);
  const mini = readApp(read, ["WECHAT_MINI_APP_ID", "WECHAT_MINI_APP_SECRET"], mistake);
  const apiUrl = read("WECHAT_API_URL", origin) ?? API_URL;
  const openUrl = read("WECHAT_OPEN_URL", origin) ?? OPEN_URL;
  const proofs = read("WECHAT_PROOFS", proofsOf) ?? {};
  return account === undefined && mini === undefined ? undefined : { account, mini, proofs, apiUrl, openUrl };
}

function readAccount(read: Read, mistake: (text: string) => void): AccountSettings | undefined {
  const app = readApp(read, ["WECHAT_APP_ID", "WECHAT_APP_SECRET"], mistake);
  const scope = read("WECHAT_SCOPE", scopeOf) ?? "snsapi_base";
  const token = read("WECHAT_TOKEN", pushToken);
  const aesKey = read("WECHAT_AES_KEY", aesKeyOf);
  if (aesKey !== undefined && token === undefined) mistake("WECHAT_AES_KEY: needs WECHAT_TOKEN");
  const templates = {
    stored: read("WECHAT_TEMPLATE_STORED", template),
    overdue: read("WECHAT_TEMPLATE_OVERDUE", template),
    "picked-up": read("WECHAT_TEMPLATE_PICKED_UP", template),
    extended: read("WECHAT_TEMPLATE_EXTENDED", template),
  };
  const given = Object.fromEntries(Object.entries(templates).filter(([, one]) => one !== undefined));
  const needsApp = scope !== "snsapi_base" || token !== undefined || Object.keys(given).length > 0;
  if (app === undefined && needsApp) mistake("WECHAT_APP_ID: has to be set where more of WeChat is");
  return app && { ...app, scope, token, aesKey, templates: given };
}

function readApp(
  read: Read,
  [id, secret]: [string, string],
  mistake: (text: string) => void,
): WechatApp | undefined {
  const [appId, appSecret] = [read(id, appIdOf), read(secret, String)];
  if ((appId === undefined) !== (appSecret === undefined)) {
    mistake(`${id}: needs ${secret}, and the other way`);
  }
  return appId === undefined || appSecret === undefined ? undefined : { appId, appSecret };
}

function appIdOf(text: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(text)) {
    throw new TypeError(`"${text}" is not an app id such as wx0123456789abcdef`);
  }
  return text;
}

function scopeOf(text: string): AccountSettings["scope"] {
  if (text !== "snsapi_base" && text !== "snsapi_userinfo") {
    throw new TypeError(`"${text}" is neither snsapi_base nor snsapi_userinfo`);
  }
  return text;
}

/** The mistake does not repeat the text: it is a secret. */
function pushToken(text: string): string {
  if (!/^[A-Za-z0-9]{3,32}$/.test(text)) throw new TypeError("must have 3 to 32 letters and digits");
  return text;
}

/** The mistake does not repeat the text: it is a secret. */
function aesKeyOf(text: string): string {
  if (!/^[A-Za-z0-9]{43}$/.test(text)) throw new TypeError("must have 43 letters and digits");
  return text;
}

/** Such as `TEMPLATE_ID,cell=character_string1,place=thing2`. */
function template(text: string): NoticeTemplate {
  const [id = "", ...parts] = text.split(",").map((part) => part.trim());
  if (!/^[\w-]{1,64}$/.test(id)) throw new TypeError(`"${id}" is not a template's id`);
  const keywords: Partial<Record<NoticeField, string>> = {};
  for (const part of parts) {
    const [, field = "", keyword = ""] = /^([a-z]+)=([a-z_]+\d*)$/.exec(part) ?? [];
    if (!FIELDS.includes(field)) {
      throw new TypeError(`"${part}" is not like place=thing1, for ${FIELDS.join(", ")}`);
    }
    keywords[field as NoticeField] = keyword;
  }
  if (parts.length === 0) throw new TypeError("names no keywords, such as place=thing1");
  return { id, keywords };
}

/** Such as `MP_verify_AbC123.txt=AbC123`, several with commas. */
function proofsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(",").map((part) => {
      const [, name, content] = /^\s*([\w-]{1,64}\.txt)=([\w.-]{1,256})\s*$/.exec(part) ?? [];
      if (!name || !content) throw new TypeError(`"${part}" is not like MP_verify_AbC123.txt=AbC123`);
      return [name, content];
    }),
  );
}

/**
 * The origin of an http or https URL that has nothing else.
 *
 * @throws {TypeError} if it is not one
 */
export function origin(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) throw new TypeError(`"${text}" is not an http or https URL`);
  if (url.pathname !== "/" || url.search || url.hash) {
    throw new TypeError(`"${text}" has more than a host and a port`);
  }
  return url.origin;
}
