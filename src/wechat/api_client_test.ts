import { deepEqual, equal, match } from "node:assert/strict";
import { WECHAT } from "../lib/limits.ts";
import {
  CALL,
  clientFor,
  errorOf,
  FakeApiServer,
  hasNoSecret,
  plainJson,
  SECRET,
} from "../../testing/rigs/wechat.ts";

Deno.test("request() sends a query by GET and reads JSON that has the type of text", async () => {
  await using wechat = new FakeApiServer(() => plainJson({ openid: "oPerson", more: 1 }));
  deepEqual(await clientFor(wechat.url).request("/sns/x", CALL), { openid: "oPerson" });
  const { method, path, query, body } = wechat.requests[0] ?? {};
  deepEqual([method, path, query, body], ["GET", "/sns/x", CALL.query, undefined]);
});

Deno.test("request() posts JSON when there is a body", async () => {
  await using wechat = new FakeApiServer(() => plainJson({ errcode: 0, errmsg: "ok", openid: "oPerson" }));
  const call = { body: { name: "柜子 😀" }, query: { access_token: "T&=+ /" }, answer: CALL.answer };
  deepEqual(await clientFor(wechat.url).request("/cgi-bin/x", call), { openid: "oPerson" });
  const { method, query, type, body } = wechat.requests[0] ?? {};
  deepEqual([method, query, type, body], ["POST", call.query, "application/json", call.body]);
});

Deno.test("request() reads names with control characters", async () => {
  await using wechat = new FakeApiServer(() => new Response('{\n"openid":"\x14琦\t娅"\r\n}'));
  deepEqual(await clientFor(wechat.url).request("/sns/x", CALL), { openid: " 琦 娅" });
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
  Deno.test(`request() throws ${kind}, and surely not done, when WeChat answers ${codes}`, async () => {
    for (const errcode of codes) {
      await using wechat = new FakeApiServer(() => plainJson({ errcode, errmsg: `${SECRET} is wrong` }));
      const error = await errorOf(clientFor(wechat.url).request("/sns/x", CALL));
      deepEqual([error.kind, error.errcode, error.maybeDone], [kind, errcode, false]);
      hasNoSecret(error);
    }
  });
}

Deno.test("request() limits the calls at once, and rejects the others at once", async () => {
  const gate = Promise.withResolvers<void>();
  const full = Promise.withResolvers<void>();
  await using wechat: FakeApiServer = new FakeApiServer(async () => {
    if (wechat.requests.length === WECHAT.callsMax) full.resolve();
    await gate.promise;
    return plainJson({ openid: "oPerson" });
  });
  const client = clientFor(wechat.url);
  const under = Array.from({ length: WECHAT.callsMax }, () => client.request("/sns/x", CALL));
  await full.promise;
  const error = await errorOf(client.request("/sns/x", CALL));
  deepEqual([error.kind, error.maybeDone], ["away", false]);
  match(error.message, /too many/);
  gate.resolve();
  await Promise.all(under);
  await client.request("/sns/x", CALL);
  equal(wechat.requests.length, WECHAT.callsMax + 1);
});

Deno.test("request() makes no calls after several failures in a row, then one", async () => {
  await using wechat = new FakeApiServer(() => plainJson({ errcode: -1, errmsg: "system error" }));
  let now = 0;
  const client = clientFor(wechat.url, { now: () => now });
  for (let times = 0; times < WECHAT.awayMax; times++) await errorOf(client.request("/sns/x", CALL));
  const resting = await Promise.all(
    Array.from({ length: 100 }, () => errorOf(client.request("/sns/x", CALL))),
  );
  deepEqual(new Set(resting.map(({ kind, maybeDone }) => `${kind} ${maybeDone}`)), new Set(["away false"]));
  match(resting[0]?.message ?? "", /was not called/);
  equal(wechat.requests.length, WECHAT.awayMax);

  now += WECHAT.restMs;
  await Promise.all(Array.from({ length: 100 }, () => errorOf(client.request("/sns/x", CALL))));
  equal(wechat.requests.length, WECHAT.awayMax + 1);

  now += WECHAT.restMs;
  wechat.answerWith(() => plainJson({ openid: "oPerson" }));
  await client.request("/sns/x", CALL);
  await Promise.all(Array.from({ length: 10 }, () => client.request("/sns/x", CALL)));
  equal(wechat.requests.length, WECHAT.awayMax + 12);
});

Deno.test("request() goes on calling when WeChat refuses", async () => {
  await using wechat = new FakeApiServer(() => plainJson({ errcode: 40029, errmsg: "invalid code" }));
  const client = clientFor(wechat.url);
  for (let times = 0; times <= WECHAT.awayMax; times++) await errorOf(client.request("/sns/x", CALL));
  equal(wechat.requests.length, WECHAT.awayMax + 1);
});

Deno.test("request() makes another call after its trial call got no answer", async () => {
  await using wechat = new FakeApiServer(() => plainJson({ errcode: -1, errmsg: "system error" }));
  let now = 0;
  const client = clientFor(wechat.url, { now: () => now, callMs: 1_000 });
  for (let times = 0; times < WECHAT.awayMax; times++) await errorOf(client.request("/sns/x", CALL));
  const answering = Promise.withResolvers<void>();
  wechat.answerWith(async () => {
    await answering.promise;
    return plainJson({ openid: "oPerson" });
  });
  now += WECHAT.restMs;
  match((await errorOf(client.request("/sns/x", CALL))).message, /in time/);
  answering.resolve();
  now += WECHAT.restMs;
  deepEqual(await client.request("/sns/x", CALL), { openid: "oPerson" });
});

Deno.test("calls to WeChat end before the circuit breaker lets a trial call through", () => {
  equal(WECHAT.restMs > WECHAT.callMs, true);
});
