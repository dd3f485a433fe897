import { z } from "zod";
import { WECHAT } from "../lib/limits.ts";
import { withoutUnseen } from "../lib/text/plain_text.ts";
import { personId, token, unionId } from "./schemas.ts";
import type { ApiClient, WechatApp } from "./api_client.ts";

/** The parameters of the authorization page. */
export interface AuthorizationRequest {
  readonly appId: string;
  /** The origin of WeChat's page. */
  readonly openUrl: string;
  /** Where WeChat sends the person back to; its host has to be registered with WeChat. */
  readonly redirectUri: string;
  /** `snsapi_userinfo` asks the person for name and picture. */
  readonly scope: "snsapi_base" | "snsapi_userinfo";
  /** Comes back with the person: up to 128 letters and digits. */
  readonly state: string;
}

/** What WeChat grants for a login's code. */
export interface LoginGrant {
  readonly openid: string;
  readonly unionid: string | undefined;
  /** The granted scopes, separated by commas. */
  readonly scope: string;
  /** For reading this person's name and picture, if that was granted. */
  readonly accessToken: string;
  /** The person sees WeChat's preview of the page, and the openid is made up. */
  readonly isSnapshotUser: boolean;
}

/** What the person allows the service to know. */
export interface UserInfo {
  readonly name: string | undefined;
  /** An https address. */
  readonly picture: string | undefined;
  readonly unionid: string | undefined;
}

const STATE = /^[a-zA-Z0-9]{1,128}$/;

/**
 * The address of WeChat's authorization page (网页授权). WeChat requires the parameters in this order.
 *
 * @throws {TypeError} if the state is not valid for WeChat
 */
export function authorizeUrl({ appId, openUrl, redirectUri, scope, state }: AuthorizationRequest): string {
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
 * Exchanges a login's code, which works once.
 *
 * @throws {WechatError}
 */
export async function exchangeCode(
  client: ApiClient,
  { app, code }: { app: WechatApp; code: string },
): Promise<LoginGrant> {
  const answer = await client.request("/sns/oauth2/access_token", {
    query: { appid: app.appId, secret: app.appSecret, code, grant_type: "authorization_code" },
    answer: granted,
    hasEffect: true,
  });
  const { openid, unionid, scope, access_token: accessToken, is_snapshotuser: snapshot } = answer;
  // It is 1 or missing. Any other value counts as a snapshot user, for whom no door opens.
  return { openid, unionid, scope, accessToken, isSnapshotUser: snapshot !== undefined && snapshot !== 0 };
}

const userInfo = z.object({
  nickname: z.string().optional(),
  headimgurl: z.string().optional(),
  unionid: unionId,
});

/**
 * Reads the name and picture of a person who granted that.
 *
 * @throws {WechatError}
 */
export async function fetchUserInfo(
  client: ApiClient,
  { accessToken, openid }: { accessToken: string; openid: string },
): Promise<UserInfo> {
  const { nickname = "", headimgurl = "", unionid } = await client.request("/sns/userinfo", {
    query: { access_token: accessToken, openid, lang: "zh_CN" },
    answer: userInfo,
  });
  return { name: cleanName(nickname), picture: pictureOf(headimgurl), unionid };
}

/** Characters that separate text or change its direction, which become spaces. Other invisible ones are removed. */
const SEPARATING = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]/gu;

function cleanName(text: string): string | undefined {
  const clean = withoutUnseen(text.replace(SEPARATING, " ")).replace(/\s+/g, " ").trim();
  return [...clean].slice(0, WECHAT.nameCharactersMax).join("").trim() || undefined;
}

function pictureOf(text: string): string | undefined {
  const url = URL.parse(text);
  return url?.protocol === "https:" && url.href.length <= WECHAT.pictureCharactersMax ? url.href : undefined;
}
