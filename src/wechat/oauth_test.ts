import { deepEqual, equal, throws } from "node:assert/strict";
import { WECHAT } from "../lib/limits.ts";
import { clientFor, errorOf, FakeApiServer, plainJson } from "../../testing/rigs/wechat.ts";
import { authorizeUrl, exchangeCode, fetchUserInfo } from "./oauth.ts";

const APP = { appId: "wx1", appSecret: "s3cr3t" };
const WHERE = {
  appId: "wx1",
  openUrl: "https://open.weixin.qq.com",
  redirectUri: "https://kaigui.example/c/lobby a&b/in?x=1#y",
  scope: "snsapi_base",
  state: "abcXYZ019",
} as const;
const GRANTED = {
  access_token: "person's token",
  expires_in: 7200,
  refresh_token: "R",
  openid: "o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
  scope: "snsapi_base",
};

Deno.test("authorizeUrl() has the parameters in WeChat's order", () => {
  equal(
    authorizeUrl(WHERE),
    "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1" +
      "&redirect_uri=https%3A%2F%2Fkaigui.example%2Fc%2Flobby%20a%26b%2Fin%3Fx%3D1%23y" +
      "&response_type=code&scope=snsapi_base&state=abcXYZ019#wechat_redirect",
  );
});

Deno.test("authorizeUrl() refuses a state that WeChat refuses", () => {
  for (const state of ["", "a-b", "a b", "柜", "a".repeat(129)]) {
    throws(() => authorizeUrl({ ...WHERE, state }), TypeError, state);
  }
  equal(authorizeUrl({ ...WHERE, state: "a".repeat(128) }).includes("a".repeat(128)), true);
});

Deno.test("exchangeCode() exchanges the code", async () => {
  await using wechat = new FakeApiServer(() => plainJson({ ...GRANTED, unionid: "oUnion" }));
  deepEqual(await exchangeCode(clientFor(wechat.url), { app: APP, code: "C0de" }), {
    openid: GRANTED.openid,
    unionid: "oUnion",
    scope: "snsapi_base",
    accessToken: "person's token",
    isSnapshotUser: false,
  });
  deepEqual(wechat.requests.map(({ method, path }) => [method, path]), [["GET", "/sns/oauth2/access_token"]]);
  deepEqual(wechat.requests[0]?.query, {
    appid: "wx1",
    secret: "s3cr3t",
    code: "C0de",
    grant_type: "authorization_code",
  });
});

Deno.test("exchangeCode() has no unionid where WeChat has none", async () => {
  for (const more of [{}, { unionid: "" }]) {
    await using wechat = new FakeApiServer(() => plainJson({ ...GRANTED, ...more }));
    equal((await exchangeCode(clientFor(wechat.url), { app: APP, code: "C0de" })).unionid, undefined);
  }
});

Deno.test("exchangeCode() takes a person for real only if WeChat does not say otherwise", async () => {
  for (
    const [is_snapshotuser, expected] of [[1, true], ["1", true], [true, true], [null, true], [0, false]]
  ) {
    await using wechat = new FakeApiServer(() => plainJson({ ...GRANTED, is_snapshotuser }));
    const { isSnapshotUser } = await exchangeCode(clientFor(wechat.url), { app: APP, code: "C0de" });
    equal(isSnapshotUser, expected, String(is_snapshotuser));
  }
});

Deno.test("exchangeCode() distinguishes a wrong code from a used one", async () => {
  for (const [errcode, kind] of [[40029, "code-invalid"], [40163, "code-used"]]) {
    await using wechat = new FakeApiServer(() => plainJson({ errcode, errmsg: "invalid code, rid: 1-2-3" }));
    equal((await errorOf(exchangeCode(clientFor(wechat.url), { app: APP, code: "C0de" }))).kind, kind);
  }
});

Deno.test("exchangeCode() refuses an openid that is not valid", async () => {
  for (const openid of ["", "a b", 7, "o".repeat(WECHAT.idCharactersMax + 1), "<script>"]) {
    await using wechat = new FakeApiServer(() => plainJson({ ...GRANTED, openid }));
    const error = await errorOf(exchangeCode(clientFor(wechat.url), { app: APP, code: "C0de" }));
    deepEqual([error.kind, error.maybeDone], ["away", true], String(openid));
  }
});

async function infoFrom(answer: unknown) {
  await using wechat = new FakeApiServer(() => plainJson(answer));
  const info = await fetchUserInfo(clientFor(wechat.url), {
    accessToken: "person's token",
    openid: "oPerson",
  });
  return { info, requests: wechat.requests };
}

Deno.test("fetchUserInfo() reads name and picture", async () => {
  const headimgurl = "https://thirdwx.qlogo.cn/mmopen/g3Mo/46";
  const { info, requests } = await infoFrom({
    openid: "oPerson",
    nickname: "小明",
    headimgurl,
    unionid: "oUnion",
  });
  deepEqual(info, { name: "小明", picture: headimgurl, unionid: "oUnion" });
  deepEqual(requests.map(({ path, query }) => [path, query]), [
    ["/sns/userinfo", { access_token: "person's token", openid: "oPerson", lang: "zh_CN" }],
  ]);
});

Deno.test("fetchUserInfo() removes invisible characters from names, and keeps emoji", async () => {
  const family = "👨‍👩‍👧";
  const names: [string, string | undefined][] = [
    ["", undefined],
    [" \u0000\u202e ", undefined],
    ["  a \n\u2028 b\u0007 ", "a b"],
    ["evil\u202egnp.exe", "evil gnp.exe"],
    [`${family} Li`, `${family} Li`],
    ["\ufeff微\u200b信\u061c\u3164\u2066x\u2069", "微信 x"],
    ["a\u200db\u200c", "ab"],
    ["\ud800x", "x"],
    ["😀".repeat(100), "😀".repeat(WECHAT.nameCharactersMax)],
    ["<b>&amp;</b>", "<b>&amp;</b>"],
  ];
  for (const [nickname, expected] of names) {
    equal((await infoFrom({ nickname })).info.name, expected, JSON.stringify(nickname));
  }
});

Deno.test("fetchUserInfo() takes pictures at https addresses only", async () => {
  const long = `https://thirdwx.qlogo.cn/${"x".repeat(WECHAT.pictureCharactersMax)}`;
  for (
    const headimgurl of ["", "http://thirdwx.qlogo.cn/x", "javascript:alert(1)", "data:image/png,", "x", long]
  ) {
    equal((await infoFrom({ headimgurl })).info.picture, undefined, headimgurl);
  }
});

Deno.test("fetchUserInfo() throws refused when the person's token is not valid", async () => {
  await using wechat = new FakeApiServer(() => plainJson({ errcode: 48001, errmsg: "api unauthorized" }));
  const call = fetchUserInfo(clientFor(wechat.url), { accessToken: "T", openid: "oPerson" });
  const error = await errorOf(call);
  deepEqual([error.kind, error.errcode], ["refused", 48001]);
});
