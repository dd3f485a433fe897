/**
 * What the stand-in's own suites share.
 *
 * @module
 */
import { type Person, userAgentOf } from "./people.ts";
import { StandIn } from "./stand_in.ts";

export const APP = { appId: "wx0123456789abcdef", appSecret: "0123456789abcdef0123456789abcdef" };
export const MINI = { appId: "wxfedcba9876543210", appSecret: "fedcba9876543210fedcba9876543210" };
export const ALICE: Person = {
  openid: "oAlice",
  unionid: "uAlice",
  name: "爱丽丝",
  picture: "http://127.0.0.1/a",
};
export const BOB: Person = { openid: "oBob", name: "Bob" };

/** WeChat's answers, loosely typed: suites say what they expect of them. */
// deno-lint-ignore no-explicit-any
export type Json = Record<string, any>;

/** A stand-in with a mini program, Alice, Bob, and one template. */
export async function started(): Promise<StandIn> {
  const standIn = await StandIn.start({ ...APP, mini: MINI });
  standIn.people.set("alice", ALICE).set("bob", BOB);
  standIn.messages.addTemplate("T1", ["character_string1", "thing2", "time3"]);
  return standIn;
}

export async function get(standIn: StandIn, path: string, query: Record<string, string>): Promise<Json> {
  const response = await fetch(`${standIn.url}${path}?${new URLSearchParams(query)}`);
  return await response.json();
}

/** @param body JSON, or what it is */
export async function post(standIn: StandIn, path: string, body: unknown): Promise<Json> {
  const response = await fetch(`${standIn.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return await response.json();
}

/** What somebody's phone shows for a link of page login: where it is sent to, or the text of the page. */
export async function visit(standIn: StandIn, name: string, query: string): Promise<string> {
  const headers = { "user-agent": userAgentOf(name) };
  const url = `${standIn.url}/connect/oauth2/authorize?${query}`;
  const response = await fetch(url, { headers, redirect: "manual" });
  const body = await response.text();
  return response.headers.get("location") ?? /<p>(.*)<\/p>/.exec(body)?.[1] ?? body;
}

/** The query of a link of page login, back to a page that has a query itself. */
export function linkQuery(scope = "snsapi_base", state = "s1"): string {
  const back = encodeURIComponent("http://127.0.0.1:8080/wechat/back?a=1");
  return `appid=${APP.appId}&redirect_uri=${back}&response_type=code&scope=${scope}&state=${state}`;
}

/** What a service that has a code gets for it. */
export async function exchanged(standIn: StandIn, name: string, scope = "snsapi_base"): Promise<Json> {
  const back = new URL(await visit(standIn, name, linkQuery(scope)));
  return await get(standIn, "/sns/oauth2/access_token", tokenQuery(back.searchParams.get("code") ?? ""));
}

export function tokenQuery(code: string): Record<string, string> {
  return { appid: APP.appId, secret: APP.appSecret, code, grant_type: "authorization_code" };
}

/** The body of a question for the account's token. */
export const TOKEN_BODY = { grant_type: "client_credential", appid: APP.appId, secret: APP.appSecret };

export async function globalToken(standIn: StandIn, isForced = false): Promise<string> {
  const answer = await post(standIn, "/cgi-bin/stable_token", { ...TOKEN_BODY, force_refresh: isForced });
  return answer["access_token"];
}
