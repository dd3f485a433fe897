/**
 * What the tests of the fake WeChat share.
 *
 * @module
 */
import { type Person, userAgentOf } from "./people.ts";
import { FakeWechat } from "./fake_wechat.ts";

export const APP = { appId: "wx0123456789abcdef", appSecret: "0123456789abcdef0123456789abcdef" };
export const MINI = { appId: "wxfedcba9876543210", appSecret: "fedcba9876543210fedcba9876543210" };
export const ALICE: Person = {
  openid: "oAlice",
  unionid: "uAlice",
  name: "爱丽丝",
  picture: "http://127.0.0.1/a",
};
export const BOB: Person = { openid: "oBob", name: "Bob" };

/** WeChat's answers, loosely typed: the tests say what they expect of them. */
// deno-lint-ignore no-explicit-any
export type Json = Record<string, any>;

/** A fake WeChat with a mini program, Alice, Bob, and one template. */
export async function started(): Promise<FakeWechat> {
  const wechat = await FakeWechat.start({ ...APP, mini: MINI });
  wechat.people.set("alice", ALICE).set("bob", BOB);
  wechat.messages.addTemplate("T1", ["character_string1", "thing2", "time3"]);
  return wechat;
}

export async function get(wechat: FakeWechat, path: string, query: Record<string, string>): Promise<Json> {
  const response = await fetch(`${wechat.url}${path}?${new URLSearchParams(query)}`);
  return await response.json();
}

/** @param body an object to post as JSON, or a text to post as it is */
export async function post(wechat: FakeWechat, path: string, body: unknown): Promise<Json> {
  const response = await fetch(`${wechat.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return await response.json();
}

/** Follows a link of page login on a person's phone; returns the address that it leads to, or the page's text. */
export async function visit(wechat: FakeWechat, name: string, query: string): Promise<string> {
  const headers = { "user-agent": userAgentOf(name) };
  const url = `${wechat.url}/connect/oauth2/authorize?${query}`;
  const response = await fetch(url, { headers, redirect: "manual" });
  const body = await response.text();
  return response.headers.get("location") ?? /<p>(.*)<\/p>/.exec(body)?.[1] ?? body;
}

/** The query of a link of page login, back to a page with a query of its own. */
export function linkQuery(scope = "snsapi_base", state = "s1"): string {
  const back = encodeURIComponent("http://127.0.0.1:8080/wechat/back?a=1");
  return `appid=${APP.appId}&redirect_uri=${back}&response_type=code&scope=${scope}&state=${state}`;
}

/** Logs in on a person's phone; returns what the service gets for the code. */
export async function exchanged(wechat: FakeWechat, name: string, scope = "snsapi_base"): Promise<Json> {
  const back = new URL(await visit(wechat, name, linkQuery(scope)));
  return await get(wechat, "/sns/oauth2/access_token", tokenQuery(back.searchParams.get("code") ?? ""));
}

export function tokenQuery(code: string): Record<string, string> {
  return { appid: APP.appId, secret: APP.appSecret, code, grant_type: "authorization_code" };
}

/** The body of a call for the account's token. */
export const TOKEN_BODY = { grant_type: "client_credential", appid: APP.appId, secret: APP.appSecret };

export async function globalToken(wechat: FakeWechat, isForced = false): Promise<string> {
  const answer = await post(wechat, "/cgi-bin/stable_token", { ...TOKEN_BODY, force_refresh: isForced });
  return answer["access_token"];
}
