import { deepEqual, equal, match, notEqual, rejects, throws } from "node:assert/strict";
import {
  errorOf,
  FakeApiServer,
  MemoryTokens,
  plainJson,
  type ReceivedRequest,
} from "../../testing/rigs/wechat.ts";
import { signJsSdk } from "./js_sdk.ts";
import { Wechat, type WechatOptions } from "./mod.ts";

const ACCOUNT = { appId: "wxAccount", appSecret: "accountSecret" };
const MINI = { appId: "wxMini", appSecret: "miniSecret" };
const NOW = 1_414_587_457_999;
const PAGE = "https://kaigui.example/c/a?x=1";

/** WeChat as it is when all is well. */
function allIsWell({ path }: ReceivedRequest): Response {
  const answers: Record<string, unknown> = {
    "/cgi-bin/stable_token": { access_token: "T", expires_in: 7200 },
    "/cgi-bin/ticket/getticket": { errcode: 0, errmsg: "ok", ticket: "TICKET", expires_in: 7200 },
    "/sns/oauth2/access_token": { access_token: "P", openid: "oPerson", scope: "snsapi_userinfo" },
    "/sns/userinfo": { openid: "oPerson", nickname: "小明", headimgurl: "" },
    "/sns/jscode2session": { openid: "oMini", session_key: "K" },
    "/cgi-bin/message/template/send": { errcode: 0, errmsg: "ok", msgid: 1 },
  };
  return plainJson(answers[path]);
}

function wechatAt(apiUrl: string, options: Partial<WechatOptions> = {}): Wechat {
  const wallClock = () => NOW;
  return new Wechat({
    account: ACCOUNT,
    mini: MINI,
    apiUrl,
    openUrl: "https://open.weixin.qq.com",
    tokens: new MemoryTokens(wallClock),
    fetch,
    now: () => 0,
    wallClock,
    ...options,
  });
}

Deno.test("jsSdkConfig() signs the page with the account's ticket and a new nonce", async () => {
  await using server = new FakeApiServer(allIsWell);
  const wechat = wechatAt(server.url);
  const config = await wechat.jsSdkConfig(`${PAGE}#door`);
  const { nonceStr, signature, ...rest } = config;
  deepEqual(rest, { appId: "wxAccount", timestamp: 1_414_587_457 });
  match(nonceStr, /^[0-9a-f]{16}$/);
  equal(signature, signJsSdk({ ticket: "TICKET", nonce: nonceStr, timestamp: rest.timestamp, url: PAGE }));
  notEqual((await wechat.jsSdkConfig(PAGE)).nonceStr, nonceStr);
  deepEqual(server.requests.map(({ path, query }) => [path, query]), [
    ["/cgi-bin/stable_token", {}],
    ["/cgi-bin/ticket/getticket", { access_token: "T", type: "jsapi" }],
  ]);
});

Deno.test("jsSdkConfig() calls WeChat once for many at once in two programs", async () => {
  await using server = new FakeApiServer(allIsWell);
  const tokens = new MemoryTokens(() => NOW);
  const programs = [wechatAt(server.url, { tokens }), wechatAt(server.url, { tokens })];
  await Promise.all(programs.flatMap((wechat) => Array.from({ length: 20 }, () => wechat.jsSdkConfig(PAGE))));
  equal(server.requests.length, 2);
  deepEqual(tokens.written.map(({ name }) => name), ["access_token wxAccount", "jsapi_ticket wxAccount"]);
});

Deno.test("jsSdkConfig() gets its ticket with a new token when the old one is not valid", async () => {
  await using server = new FakeApiServer(({ path, query }) => {
    if (path === "/cgi-bin/stable_token") return plainJson({ access_token: "T2", expires_in: 7200 });
    if (query["access_token"] === "T2") return plainJson({ errcode: 0, ticket: "TICKET", expires_in: 7200 });
    return plainJson({ errcode: 40001, errmsg: "invalid credential" });
  });
  const tokens = new MemoryTokens(() => NOW);
  await tokens.write("access_token wxAccount", { value: "T1", until: NOW + 1000 });
  await wechatAt(server.url, { tokens }).jsSdkConfig(PAGE);
  equal((await tokens.read("access_token wxAccount"))?.value, "T2");
});

Deno.test("each app uses its own secret", async () => {
  await using server = new FakeApiServer(allIsWell);
  const wechat = wechatAt(server.url);
  equal((await wechat.exchange("C")).openid, "oPerson");
  equal((await wechat.miniSession("C")).openid, "oMini");
  deepEqual(server.requests.map(({ query: { appid, secret } }) => [appid, secret]), [
    ["wxAccount", "accountSecret"],
    ["wxMini", "miniSecret"],
  ]);
});

Deno.test("a login goes to WeChat's page and comes back with name and openid", async () => {
  await using server = new FakeApiServer(allIsWell);
  const wechat = wechatAt(server.url);
  const where = { redirectUri: PAGE, scope: "snsapi_userinfo", state: "abc" } as const;
  match(wechat.authorizeUrl(where), /^https:\/\/open\.weixin\.qq\.com\/.*[?]appid=wxAccount&.*&state=abc#/);
  const { openid, accessToken } = await wechat.exchange("C");
  deepEqual(await wechat.userInfo({ openid, accessToken }), {
    name: "小明",
    picture: undefined,
    unionid: undefined,
  });
});

Deno.test("sendTemplate() throws away, and maybe done, when WeChat stops answering after the token", async () => {
  await using server = new FakeApiServer((request) =>
    request.path.endsWith("send") ? new Response("", { status: 504 }) : allIsWell(request)
  );
  const message = { openid: "oPerson", template: "TPL", url: PAGE, data: {}, clientMsgId: "1" };
  const error = await errorOf(wechatAt(server.url).sendTemplate(message));
  deepEqual([error.kind, error.maybeDone], ["away", true]);
});

Deno.test("methods throw a TypeError when the app that they need is not set", async () => {
  const none = wechatAt("http://127.0.0.1:1", { account: undefined, mini: undefined });
  throws(() => none.authorizeUrl({ redirectUri: PAGE, scope: "snsapi_base", state: "a" }), TypeError);
  await rejects(none.exchange("C"), TypeError);
  await rejects(none.jsSdkConfig(PAGE), TypeError);
  await rejects(none.miniSession("C"), TypeError);
});
