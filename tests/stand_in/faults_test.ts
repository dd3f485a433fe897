import { equal, ok, rejects } from "node:assert/strict";
import { until } from "../../testing/harness.ts";
import { post, started, TOKEN_BODY } from "../../testing/wechat/rig.ts";
import { PATHS } from "../../testing/wechat/api/desks.ts";
import type { Fault } from "../../testing/wechat/faults.ts";
import type { StandIn } from "../../testing/wechat/stand_in.ts";

const TEN_MB = 10 * 1024 * 1024;

function ask(standIn: StandIn, signal?: AbortSignal): Promise<Response> {
  return fetch(`${standIn.url}${PATHS.stableToken}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(TOKEN_BODY),
    ...(signal ? { signal } : {}),
  });
}

Deno.test("a fault spoils the answers of its path until it is healed", async () => {
  await using standIn = await started();
  const answerWith = async (fault: Fault) => {
    standIn.faults.put(fault, { path: PATHS.stableToken });
    const response = await ask(standIn);
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
  equal(standIn.tokens.made, 0, "WeChat did nothing until now");
  ok((await answerWith({ kind: "cut" })).text.startsWith('{"access_token":"'));
  await rejects(async () => JSON.parse((await answerWith({ kind: "cut" })).text), SyntaxError);
  const huge = (await answerWith({ kind: "huge" })).text;
  ok(huge.length > TEN_MB && JSON.parse(huge).access_token);
  equal((await answerWith({ kind: "mistyped" })).type, "text/html");
  const before = performance.now();
  ok(JSON.parse((await answerWith({ kind: "late", ms: 30 })).text).access_token);
  ok(performance.now() - before > 25);
  standIn.faults.heal();
  equal((await post(standIn, PATHS.stableToken, TOKEN_BODY))["errcode"], undefined);
});

Deno.test("a closed connection and a silence give no answer, and may hide that WeChat did it", async () => {
  await using standIn = await started();
  standIn.faults.put({ kind: "closed" }, { times: 1 });
  await rejects(ask(standIn), TypeError);
  equal(standIn.tokens.made, 0);
  standIn.faults.put({ kind: "silent", isDone: true }, { times: 1 });
  const leaving = new AbortController();
  const silent = ask(standIn, leaving.signal);
  await until(() => standIn.tokens.made === 1);
  equal(standIn.calls.inFlight, 1);
  leaving.abort();
  await rejects(silent, { name: "AbortError" });
  await until(() => standIn.calls.inFlight === 0);
  equal((await ask(standIn).then((response) => response.json())).errcode, undefined, "both faults are over");
});

Deno.test("calls are counted, without the app's secret", async () => {
  await using standIn = await started();
  standIn.faults.put({ kind: "late", ms: 60_000 }, { times: 3 });
  const leaving = new AbortController();
  const late = [1, 2, 3].map(() => rejects(ask(standIn, leaving.signal)));
  await until(() => standIn.calls.inFlight === 3);
  const { method, params, errcode } = standIn.calls.to(PATHS.stableToken)[2] ?? {};
  equal(
    JSON.stringify([method, params, errcode]),
    '["POST",{"grant_type":"client_credential","appid":"wx0123456789abcdef"},0]',
  );
  equal((await post(standIn, PATHS.stableToken, "{"))["errcode"], 47001);
  equal(standIn.calls.all.at(-1)?.errcode, 47001);
  equal(standIn.calls.inFlightMax, 4);
  leaving.abort();
  await Promise.all(late);
  await until(() => standIn.calls.inFlight === 0);
  standIn.calls.forget();
  equal(standIn.calls.all.length + standIn.calls.inFlightMax, 0);
});

Deno.test("the stand-in ends when nobody has got an answer yet", async () => {
  const standIn = await started();
  standIn.faults.put({ kind: "late", ms: 60_000 }, { path: PATHS.stableToken });
  const late = rejects(ask(standIn));
  await until(() => standIn.calls.inFlight === 1);
  await standIn[Symbol.asyncDispose]();
  await standIn[Symbol.asyncDispose]();
  await late;
});
