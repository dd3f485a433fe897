import { deepEqual, equal, match } from "node:assert/strict";
import { WECHAT } from "../lib/limits.ts";
import { ACT, callsTo, errorOf, plain, SECRET, StandIn, tellsNoSecret } from "../../testing/rigs/wechat.ts";

Deno.test("ask() sends a query by GET and reads JSON that is sent as text", async () => {
  await using wechat = new StandIn(() => plain({ openid: "oPerson", more: 1 }));
  deepEqual(await callsTo(wechat.url).ask("/sns/x", ACT), { openid: "oPerson" });
  const { method, path, query, body } = wechat.asked[0] ?? {};
  deepEqual([method, path, query, body], ["GET", "/sns/x", ACT.query, undefined]);
});

Deno.test("ask() posts JSON when there is a body", async () => {
  await using wechat = new StandIn(() => plain({ errcode: 0, errmsg: "ok", openid: "oPerson" }));
  const call = { body: { name: "柜子 😀" }, query: { access_token: "T&=+ /" }, answer: ACT.answer };
  deepEqual(await callsTo(wechat.url).ask("/cgi-bin/x", call), { openid: "oPerson" });
  const { method, query, type, body } = wechat.asked[0] ?? {};
  deepEqual([method, query, type, body], ["POST", call.query, "application/json", call.body]);
});

Deno.test("ask() reads names in which there are control characters", async () => {
  await using wechat = new StandIn(() => new Response('{\n"openid":"\x14琦\t娅"\r\n}'));
  deepEqual(await callsTo(wechat.url).ask("/sns/x", ACT), { openid: " 琦 娅" });
});

const KINDS = {
  "away": [-1],
  "busy": [45009, 45011],
  "code-invalid": [40029, 42003],
  "code-used": [40163],
  "not-following": [43004, 43101, 40003],
  "refused": [40001, 40013, 40014, 40037, 40125, 40164, 40226, 42001, 47003, 48001, 99999],
};
for (const [kind, codes] of Object.entries(KINDS)) {
  Deno.test(`ask() says ${kind}, and surely not done, when WeChat says ${codes}`, async () => {
    for (const errcode of codes) {
      await using wechat = new StandIn(() => plain({ errcode, errmsg: `${SECRET} is wrong` }));
      const error = await errorOf(callsTo(wechat.url).ask("/sns/x", ACT));
      deepEqual([error.kind, error.errcode, error.maybeDone], [kind, errcode, false]);
      tellsNoSecret(error);
    }
  });
}

Deno.test("ask() asks no more than so many times at once; the others hear at once that it did not", async () => {
  const gate = Promise.withResolvers<void>();
  const full = Promise.withResolvers<void>();
  await using wechat: StandIn = new StandIn(async () => {
    if (wechat.asked.length === WECHAT.callsMax) full.resolve();
    await gate.promise;
    return plain({ openid: "oPerson" });
  });
  const calls = callsTo(wechat.url);
  const under = Array.from({ length: WECHAT.callsMax }, () => calls.ask("/sns/x", ACT));
  await full.promise;
  const error = await errorOf(calls.ask("/sns/x", ACT));
  deepEqual([error.kind, error.maybeDone], ["away", false]);
  match(error.message, /too many/);
  gate.resolve();
  await Promise.all(under);
  await calls.ask("/sns/x", ACT);
  equal(wechat.asked.length, WECHAT.callsMax + 1);
});

Deno.test("ask() leaves WeChat alone when it was away several times, then one asks", async () => {
  await using wechat = new StandIn(() => plain({ errcode: -1, errmsg: "system error" }));
  let now = 0;
  const calls = callsTo(wechat.url, { now: () => now });
  for (let times = 0; times < WECHAT.awayMax; times++) await errorOf(calls.ask("/sns/x", ACT));
  const resting = await Promise.all(Array.from({ length: 100 }, () => errorOf(calls.ask("/sns/x", ACT))));
  deepEqual(new Set(resting.map(({ kind, maybeDone }) => `${kind} ${maybeDone}`)), new Set(["away false"]));
  match(resting[0]?.message ?? "", /was not asked/);
  equal(wechat.asked.length, WECHAT.awayMax);

  now += WECHAT.restMs;
  await Promise.all(Array.from({ length: 100 }, () => errorOf(calls.ask("/sns/x", ACT))));
  equal(wechat.asked.length, WECHAT.awayMax + 1);

  now += WECHAT.restMs;
  wechat.answerWith(() => plain({ openid: "oPerson" }));
  await calls.ask("/sns/x", ACT);
  await Promise.all(Array.from({ length: 10 }, () => calls.ask("/sns/x", ACT)));
  equal(wechat.asked.length, WECHAT.awayMax + 12);
});

Deno.test("ask() does not leave WeChat alone for refusing", async () => {
  await using wechat = new StandIn(() => plain({ errcode: 40029, errmsg: "invalid code" }));
  const calls = callsTo(wechat.url);
  for (let times = 0; times <= WECHAT.awayMax; times++) await errorOf(calls.ask("/sns/x", ACT));
  equal(wechat.asked.length, WECHAT.awayMax + 1);
});
