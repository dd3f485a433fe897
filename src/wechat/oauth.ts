/**
 * Who somebody is who comes from WeChat's browser (网页授权).
 *
 * @module
 */
import { z } from "zod";
import { WECHAT } from "../lib/limits.ts";
import { withoutUnseen } from "../lib/plain_text.ts";
import { personId, token, unionId } from "./answers.ts";
import type { WechatApp } from "./app.ts";
import type { Calls } from "./calls.ts";

/** Where the person is to be sent. */
export interface Authorization {
  readonly appId: string;
  /** Origin of WeChat's page. */
  readonly openUrl: string;
  /** Where WeChat sends him back to; its host is known to WeChat. */
  readonly redirectUri: string;
  /** `snsapi_userinfo` asks him for name and picture. */
  readonly scope: "snsapi_base" | "snsapi_userinfo";
  /** Comes back with him: letters and digits, up to 128. */
  readonly state: string;
}

/** What a login's code stands for. */
export interface Granted {
  readonly openid: string;
  readonly unionid: string | undefined;
  /** What was granted, with commas. */
  readonly scope: string;
  /** Lets us ask for this person's name and picture, where he granted that. */
  readonly accessToken: string;
  /** The openid is made up, and nobody's: the person looks through WeChat's preview. */
  readonly isSnapshotUser: boolean;
}

/** What the person lets us know. */
export interface UserInfo {
  readonly name: string | undefined;
  /** An https address. */
  readonly picture: string | undefined;
  readonly unionid: string | undefined;
}

const STATE = /^[a-zA-Z0-9]{1,128}$/;

/**
 * The page at WeChat's that says who somebody is. WeChat wants the parameters in this order.
 *
 * @throws {TypeError} if WeChat takes no such state
 */
export function authorizeUrl({ appId, openUrl, redirectUri, scope, state }: Authorization): string {
  if (!STATE.test(state)) throw new TypeError("A state has 1 to 128 letters and digits");
  const query = [
    ["appid", appId],
    ["redirect_uri", redirectUri],
    ["response_type", "code"],
    ["scope", scope],
    ["state", state],
  ].map(([name, value = ""]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return `${openUrl}/connect/oauth2/authorize?${query}#wechat_redirect`;
}

const granted = z.object({
  openid: personId,
  unionid: unionId,
  scope: z.string(),
  access_token: token,
  is_snapshotuser: z.unknown().optional(),
});

/**
 * Finds out whom a login's code stands for. A code works once.
 *
 * @throws {WechatError}
 */
export async function exchangeCode(
  calls: Calls,
  { app, code }: { app: WechatApp; code: string },
): Promise<Granted> {
  const answer = await calls.ask("/sns/oauth2/access_token", {
    query: { appid: app.appId, secret: app.appSecret, code, grant_type: "authorization_code" },
    answer: granted,
    acts: true,
  });
  const { openid, unionid, scope, access_token: accessToken, is_snapshotuser: snapshot } = answer;
  // It is 1 or missing; whatever else it may come to be, no door opens.
  return { openid, unionid, scope, accessToken, isSnapshotUser: snapshot !== undefined && snapshot !== 0 };
}

const userInfo = z.object({
  nickname: z.string().optional(),
  headimgurl: z.string().optional(),
  unionid: unionId,
});

/**
 * Asks for name and picture of who granted them.
 *
 * @throws {WechatError}
 */
export async function fetchUserInfo(
  calls: Calls,
  { accessToken, openid }: { accessToken: string; openid: string },
): Promise<UserInfo> {
  const { nickname = "", headimgurl = "", unionid } = await calls.ask("/sns/userinfo", {
    query: { access_token: accessToken, openid, lang: "zh_CN" },
    answer: userInfo,
  });
  return { name: cleanName(nickname), picture: pictureOf(headimgurl), unionid };
}

/** What parts text, or turns it around, is a space; what else is not seen is nothing. */
const PARTING = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]/gu;

function cleanName(text: string): string | undefined {
  const clean = withoutUnseen(text.replace(PARTING, " ")).replace(/\s+/g, " ").trim();
  return [...clean].slice(0, WECHAT.nameCharactersMax).join("").trim() || undefined;
}

function pictureOf(text: string): string | undefined {
  const url = URL.parse(text);
  return url?.protocol === "https:" && url.href.length <= WECHAT.pictureCharactersMax ? url.href : undefined;
}
