/**
 * The fake WeChat follows WeChat's documentation.
 *
 * @module
 */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import {
  ALICE,
  APP,
  BOB,
  exchanged,
  get,
  globalToken,
  linkQuery,
  MINI,
  post,
  started,
  TOKEN_BODY,
  tokenQuery,
  visit,
} from "../../testing/wechat/rig.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

Deno.test("authorize sends the person back with a code, or without one when they refuse", async () => {
  await using wechat = await started();
  match(
    await visit(wechat, "alice", linkQuery()),
    /^http:\/\/127\.0\.0\.1:8080\/wechat\/back\?a=1&code=[a-zA-Z0-9]{32}&state=s1$/,
  );
  wechat.people.set("alice", { ...ALICE, refuses: true });
  equal(await visit(wechat, "alice", linkQuery()), "http://127.0.0.1:8080/wechat/back?a=1&state=s1");
});

Deno.test("authorize shows a page when the link is not WeChat's", async () => {
  await using wechat = await started();
  const link = linkQuery();
  for (
    const [query, text] of [
      [link.replace(/^(appid=[^&]+)&(redirect_uri=[^&]+)/, "$2&$1"), /该链接无法访问/],
      [`${link}&more=1`, /该链接无法访问/],
      [link.replace("response_type=code", "response_type=token"), /该链接无法访问/],
      [linkQuery("snsapi_base", "a-b"), /该链接无法访问/],
      [linkQuery("snsapi_base", "a".repeat(129)), /该链接无法访问/],
      [linkQuery("snsapi_login"), /10005/],
      [link.replace(APP.appId, MINI.appId), /AppID/],
      [link.replace("127.0.0.1", "elsewhere.example"), /10003/],
      [link.replace("http%3A", "ftp%3A"), /10003/],
      [link.replaceAll("%3A", ":").replaceAll("%2F", "/"), /10003/],
    ] as const
  ) match(await visit(wechat, "alice", query), text, query);
  const response = await fetch(`${wechat.url}/connect/oauth2/authorize?${link}`);
  equal(response.status, 200);
  match(await response.text(), /请在微信客户端打开链接/);
});

Deno.test("access_token tells who the person is, as far as the scope allows", async () => {
  await using wechat = await started();
  const { access_token, refresh_token, ...base } = await exchanged(wechat, "alice");
  deepEqual(base, { expires_in: 7200, openid: "oAlice", scope: "snsapi_base" });
  notEqual(access_token, refresh_token);
  const full = await exchanged(wechat, "alice", "snsapi_userinfo");
  deepEqual([full["unionid"], full["is_snapshotuser"]], ["uAlice", undefined]);
  equal((await exchanged(wechat, "bob", "snsapi_userinfo"))["unionid"], undefined);
  wechat.people.set("alice", { ...ALICE, snapshot: true });
  equal((await exchanged(wechat, "alice"))["is_snapshotuser"], 1);
});

Deno.test("access_token refuses a used, old or made-up code, and another app", async () => {
  await using wechat = await started();
  const code = async () => new URL(await visit(wechat, "alice", linkQuery())).searchParams.get("code") ?? "";
  const errcode = async (query: Record<string, string>) =>
    (await get(wechat, "/sns/oauth2/access_token", query))["errcode"];
  const [old, fresh] = [await code(), await code()];
  equal(await errcode({ ...tokenQuery(fresh), secret: "x" }), 40125);
  equal(await errcode(tokenQuery(fresh)), undefined, "a wrong secret uses no code up");
  equal(await errcode(tokenQuery(fresh)), 40163);
  wechat.age(5 * MINUTE_MS);
  equal(await errcode(tokenQuery(old)), 40029);
  equal(await errcode(tokenQuery("made up")), 40029);
  equal(await errcode({ ...tokenQuery(old), appid: MINI.appId }), 40013);
  equal(await errcode({ ...tokenQuery(old), grant_type: "client_credential" }), 40002);
  equal(await errcode({ ...tokenQuery(old), more: "1" }), 40097);
  equal(await errcode({ appid: APP.appId, code: old, grant_type: "authorization_code" }), 41004);
});

Deno.test("userinfo tells name and picture if that was granted", async () => {
  await using wechat = await started();
  const base = await exchanged(wechat, "alice");
  const full = await exchanged(wechat, "alice", "snsapi_userinfo");
  const userinfo = (token: string, openid = "oAlice") =>
    get(wechat, "/sns/userinfo", { access_token: token, openid, lang: "zh_CN" });
  const { nickname, headimgurl, unionid } = await userinfo(full["access_token"]);
  deepEqual([nickname, headimgurl, unionid], [ALICE.name, ALICE.picture, "uAlice"]);
  equal((await userinfo(base["access_token"]))["errcode"], 48001);
  equal((await userinfo(full["access_token"], "oBob"))["errcode"], 40003);
  equal((await userinfo("made up"))["errcode"], 40001);
  wechat.age(2 * HOUR_MS);
  equal((await userinfo(full["access_token"]))["errcode"], 42001);
});

Deno.test("stable_token returns the same token until shortly before its end", async () => {
  await using wechat = await started();
  const first = await globalToken(wechat);
  equal(first.length, 512);
  wechat.age(HOUR_MS);
  const { access_token, expires_in } = await post(wechat, "/cgi-bin/stable_token", TOKEN_BODY);
  equal(access_token, first);
  ok(expires_in <= 3600 && expires_in > 3590, `${expires_in} s`);
  wechat.age(HOUR_MS - 4 * MINUTE_MS);
  const second = await globalToken(wechat);
  notEqual(second, first);
  const use = async (token: string) =>
    (await get(wechat, "/cgi-bin/ticket/getticket", { access_token: token, type: "jsapi" }))["errcode"];
  deepEqual([await use(first), await use(second)], [0, 0], "both are good for a while");
  wechat.age(5 * MINUTE_MS);
  deepEqual([await use(first), await use(second), await use("made up")], [42001, 0, 40001]);
  wechat.tokens.lose();
  equal(await use(second), 40001);
  equal(wechat.tokens.made, 2);
});

Deno.test("stable_token with force_refresh voids the token before, 30 s apart and 20 times a day", async () => {
  await using wechat = await started();
  const force = () => post(wechat, "/cgi-bin/stable_token", { ...TOKEN_BODY, force_refresh: true });
  const first = await globalToken(wechat);
  const second = (await force())["access_token"];
  notEqual(second, first);
  equal(
    (await get(wechat, "/cgi-bin/ticket/getticket", { access_token: first, type: "jsapi" }))["errcode"],
    40001,
  );
  equal((await force())["access_token"], second, "too soon");
  for (let times = 1; times < 20; times++) {
    wechat.age(30_000);
    equal((await force())["errcode"], undefined);
  }
  wechat.age(30_000);
  equal((await force())["errcode"], 45009);
});

Deno.test("getticket returns the same ticket for two hours", async () => {
  await using wechat = await started();
  const ticket = async () =>
    await get(wechat, "/cgi-bin/ticket/getticket", {
      access_token: await globalToken(wechat),
      type: "jsapi",
    });
  const first = await ticket();
  deepEqual([first["errcode"], first["errmsg"], first["expires_in"]], [0, "ok", 7200]);
  equal((await ticket())["ticket"], first["ticket"]);
  wechat.age(2 * HOUR_MS);
  notEqual((await ticket())["ticket"], first["ticket"]);
});

Deno.test("jscode2session tells who uses the mini program, without errcode", async () => {
  await using wechat = await started();
  const session = (js_code: string, more = {}) =>
    get(wechat, "/sns/jscode2session", {
      appid: MINI.appId,
      secret: MINI.appSecret,
      js_code,
      grant_type: "authorization_code",
      ...more,
    });
  const code = wechat.miniCode(ALICE);
  const { session_key, ...who } = await session(code);
  deepEqual(who, { openid: "mini-oAlice", unionid: "uAlice" });
  equal(Uint8Array.fromBase64(session_key).length, 16);
  equal((await session(code))["errcode"], 40163);
  equal((await session("made up"))["errcode"], 40029);
  equal((await session(wechat.miniCode({ ...BOB, blocked: true })))["errcode"], 40226);
  equal((await session(wechat.miniCode(BOB), { appid: APP.appId }))["errcode"], 40013);
  equal((await session(wechat.miniCode(BOB), { secret: APP.appSecret }))["errcode"], 40125);
  for (let times = 0; times < 100; times++) {
    equal((await session(wechat.miniCode(BOB)))["errcode"], undefined);
  }
  equal((await session(wechat.miniCode(BOB)))["errcode"], 45011);
  wechat.age(MINUTE_MS);
  equal((await session(wechat.miniCode(BOB)))["openid"], "mini-oBob");
});

Deno.test("qrcode/create makes one code for each scene", async () => {
  await using wechat = await started();
  const path = `/cgi-bin/qrcode/create?access_token=${await globalToken(wechat)}`;
  const create = (scene: unknown, name = "QR_LIMIT_STR_SCENE") =>
    post(wechat, path, { action_name: name, action_info: { scene: { scene_str: scene } } });
  const first = await create("cab-001");
  match(first["url"], /^http:\/\/weixin\.qq\.com\/q\/\w{22}$/);
  deepEqual(await create("cab-001"), first);
  equal(first["ticket"], wechat.qrCodes.ticket("cab-001"));
  equal((await create("x".repeat(65)))["errcode"], 40053);
  equal((await create(1))["errcode"], 40053);
  equal((await create("cab-002", "QR_SCENE"))["errcode"], 40052);
  wechat.qrCodes.scenesMax = 1;
  equal((await create("cab-002"))["errcode"], 45029);
});

Deno.test("a malformed request is refused with WeChat's error code", async () => {
  await using wechat = await started();
  const token = "/cgi-bin/stable_token";
  const ticket = "/cgi-bin/ticket/getticket";
  equal((await get(wechat, token, {}))["errcode"], 43002);
  equal((await post(wechat, ticket, {}))["errcode"], 43001);
  equal((await get(wechat, "/cgi-bin/token", {}))["errcode"], 40066);
  equal((await get(wechat, ticket, { type: "jsapi" }))["errcode"], 41001);
  equal(
    (await get(wechat, ticket, { access_token: await globalToken(wechat), type: "card" }))["errcode"],
    40097,
  );
  for (
    const [body, errcode] of [
      ["", 44002],
      ["{", 47001],
      ["[]", 47001],
      [{ ...TOKEN_BODY, force_refresh: "true" }, 47001],
      [{ ...TOKEN_BODY, forceRefresh: true }, 40097],
      [{ ...TOKEN_BODY, grant_type: "authorization_code" }, 40002],
      [{ ...TOKEN_BODY, appid: undefined }, 41002],
      [{ ...TOKEN_BODY, appid: MINI.appId }, 40013],
      [{ ...TOKEN_BODY, secret: "x" }, 40125],
    ] as const
  ) equal((await post(wechat, token, body))["errcode"], errcode, JSON.stringify(body));
  const form = await fetch(`${wechat.url}${token}`, {
    method: "POST",
    body: new URLSearchParams(TOKEN_BODY),
  });
  const { errcode, errmsg } = await form.json();
  equal(errcode, 47001);
  match(errmsg, /^data format error rid: [0-9a-f-]{26}$/);
  equal(form.status, 200);
});
