import { deepEqual, equal } from "node:assert/strict";
import { callsTo, errorOf, plain, StandIn } from "../../testing/rigs/wechat.ts";
import { miniSession } from "./mini_program.ts";

const APP = { appId: "wxMini", appSecret: "s3cr3t" };

Deno.test("miniSession() asks for whom the code stands, and keeps no key", async () => {
  await using wechat = new StandIn(() => plain({ openid: "oMini", session_key: "K==", unionid: "oUnion" }));
  const session = await miniSession(callsTo(wechat.url), { app: APP, code: "C0de" });
  deepEqual(session, { openid: "oMini", unionid: "oUnion" });
  const { method, path, query } = wechat.asked[0] ?? {};
  deepEqual([method, path], ["GET", "/sns/jscode2session"]);
  deepEqual(query, { appid: "wxMini", secret: "s3cr3t", js_code: "C0de", grant_type: "authorization_code" });
});

Deno.test("miniSession() says why there is none", async () => {
  const kinds = { 40029: "code-invalid", 40163: "code-used", 45011: "busy", 40226: "refused", [-1]: "away" };
  for (const [code, kind] of Object.entries(kinds)) {
    await using wechat = new StandIn(() => plain({ errcode: Number(code), errmsg: "no" }));
    equal((await errorOf(miniSession(callsTo(wechat.url), { app: APP, code: "C0de" }))).kind, kind);
  }
});

Deno.test("miniSession() says that the code may be used up when the answer is lost", async () => {
  await using wechat = new StandIn(() => new Response("", { status: 502 }));
  const error = await errorOf(miniSession(callsTo(wechat.url), { app: APP, code: "C0de" }));
  deepEqual([error.kind, error.maybeDone], ["away", true]);
});
