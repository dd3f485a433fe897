import { equal, ok, rejects } from "node:assert/strict";
import { until } from "../../testing/until.ts";
import { post, started, TOKEN_BODY } from "../../testing/wechat/rig.ts";
import { PATHS } from "../../testing/wechat/api/handlers.ts";
import type { Fault } from "../../testing/wechat/faults.ts";
import type { FakeWechat } from "../../testing/wechat/fake_wechat.ts";

const TEN_MB = 10 * 1024 * 1024;

function ask(wechat: FakeWechat, signal?: AbortSignal): Promise<Response> {
  return fetch(`${wechat.url}${PATHS.stableToken}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(TOKEN_BODY),
    ...(signal ? { signal } : {}),
  });
}

Deno.test("a fault changes the answers of its path until it is healed", async () => {
  await using wechat = await started();
  const answerWith = async (fault: Fault) => {
    wechat.faults.put(fault, { path: PATHS.stableToken });
    const response = await ask(wechat);
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      text: await response.text(),
    };
  };
  equal(JSON.parse((await answerWith({ kind: "busy" })).text).errcode, -1);
  for (const status of [500, 502] as const) {
    const { type, ...answer } = await answerWith({ kind: "status", status });
    ok(answer.status === status && type === "text/html" && answer.text.startsWith("<html>"));
  }
  equal(wechat.tokens.made, 0, "WeChat did nothing until now");
  ok((await answerWith({ kind: "cut" })).text.startsWith('{"access_token":"'));
  await rejects(async () => JSON.parse((await answerWith({ kind: "cut" })).text), SyntaxError);
  const huge = (await answerWith({ kind: "huge" })).text;
  ok(huge.length > TEN_MB && JSON.parse(huge).access_token);
  equal((await answerWith({ kind: "mistyped" })).type, "text/html");
  const before = performance.now();
  ok(JSON.parse((await answerWith({ kind: "late", ms: 30 })).text).access_token);
  ok(performance.now() - before > 25);
  wechat.faults.heal();
  equal((await post(wechat, PATHS.stableToken, TOKEN_BODY))["errcode"], undefined);
});

Deno.test("a closed or silent connection has no answer, even if WeChat carried out the call", async () => {
  await using wechat = await started();
  wechat.faults.put({ kind: "closed" }, { times: 1 });
  await rejects(ask(wechat), TypeError);
  equal(wechat.tokens.made, 0);
  wechat.faults.put({ kind: "silent", isDone: true }, { times: 1 });
  const leaving = new AbortController();
  const silent = ask(wechat, leaving.signal);
  await until(() => wechat.tokens.made === 1);
  equal(wechat.calls.inFlight, 1);
  leaving.abort();
  await rejects(silent, { name: "AbortError" });
  await until(() => wechat.calls.inFlight === 0);
  equal((await ask(wechat).then((response) => response.json())).errcode, undefined, "both faults are over");
});

Deno.test("calls are counted, without the app's secret", async () => {
  await using wechat = await started();
  wechat.faults.put({ kind: "late", ms: 60_000 }, { times: 3 });
  const leaving = new AbortController();
  const late = [1, 2, 3].map(() => rejects(ask(wechat, leaving.signal)));
  await until(() => wechat.calls.inFlight === 3);
  const { method, params, errcode } = wechat.calls.to(PATHS.stableToken)[2] ?? {};
  equal(
    JSON.stringify([method, params, errcode]),
    '["POST",{"grant_type":"client_credential","appid":"wx0123456789abcdef"},0]',
  );
  equal((await post(wechat, PATHS.stableToken, "{"))["errcode"], 47001);
  equal(wechat.calls.all.at(-1)?.errcode, 47001);
  equal(wechat.calls.inFlightMax, 4);
  leaving.abort();
  await Promise.all(late);
  await until(() => wechat.calls.inFlight === 0);
  wechat.calls.forget();
  equal(wechat.calls.all.length + wechat.calls.inFlightMax, 0);
});

Deno.test("the fake WeChat ends while calls wait for their answers", async () => {
  const wechat = await started();
  wechat.faults.put({ kind: "late", ms: 60_000 }, { path: PATHS.stableToken });
  const late = rejects(ask(wechat));
  await until(() => wechat.calls.inFlight === 1);
  await wechat[Symbol.asyncDispose]();
  await wechat[Symbol.asyncDispose]();
  await late;
});
