import { deepEqual, equal } from "node:assert/strict";
import { clientFor, errorOf, FakeApiServer, plainJson } from "../../testing/rigs/wechat.ts";
import { miniSession } from "./mini_program.ts";

const APP = { appId: "wxMini", appSecret: "s3cr3t" };

Deno.test("miniSession() exchanges the code, and drops the session key", async () => {
  await using wechat = new FakeApiServer(() =>
    plainJson({ openid: "oMini", session_key: "K==", unionid: "oUnion" })
  );
  const session = await miniSession(clientFor(wechat.url), { app: APP, code: "C0de" });
  deepEqual(session, { openid: "oMini", unionid: "oUnion" });
  const { method, path, query } = wechat.requests[0] ?? {};
  deepEqual([method, path], ["GET", "/sns/jscode2session"]);
  deepEqual(query, { appid: "wxMini", secret: "s3cr3t", js_code: "C0de", grant_type: "authorization_code" });
});

Deno.test("miniSession() says why it failed", async () => {
  const kinds = { 40029: "code-invalid", 40163: "code-used", 45011: "busy", 40226: "refused", [-1]: "away" };
  for (const [code, kind] of Object.entries(kinds)) {
    await using wechat = new FakeApiServer(() => plainJson({ errcode: Number(code), errmsg: "no" }));
    equal((await errorOf(miniSession(clientFor(wechat.url), { app: APP, code: "C0de" }))).kind, kind);
  }
});

Deno.test("miniSession() says that the code may be used up when the answer is lost", async () => {
  await using wechat = new FakeApiServer(() => new Response("", { status: 502 }));
  const error = await errorOf(miniSession(clientFor(wechat.url), { app: APP, code: "C0de" }));
  deepEqual([error.kind, error.maybeDone], ["away", true]);
});
