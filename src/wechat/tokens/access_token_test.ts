import { deepEqual, equal } from "node:assert/strict";
import { WECHAT } from "../../lib/limits.ts";
import { type Asked, callsTo, errorOf, MemoryTokens, plain, StandIn } from "../../../testing/rigs/wechat.ts";
import { AccessToken } from "./access_token.ts";
import type { Calls } from "../calls.ts";
import { z } from "zod";

const APP = { appId: "wx1", appSecret: "s3cr3t" };
const STALE = [40001, 40014, 42001];
const START = Date.UTC(2026, 0, 1);

/** WeChat with a token that it takes, and one that it hands out. */
class TokenDesk {
  taken = "T1";
  handedOut = "T1";
  refusal = 40001;
  readonly forced: unknown[] = [];

  answer({ path, query, body }: Asked): Response {
    if (path === "/cgi-bin/stable_token") return this.#handOut(body);
    if (query["access_token"] === this.taken) return plain({ errcode: 0, errmsg: "ok" });
    return plain({ errcode: this.refusal, errmsg: "invalid credential" });
  }

  #handOut(body: unknown): Response {
    const { force_refresh } = body as { force_refresh: boolean };
    if (force_refresh) this.forced.push(this.handedOut = this.taken = `F${this.forced.length}`);
    return plain({ access_token: this.handedOut, expires_in: 7200 });
  }
}

function tokenFor(calls: Calls, tokens = new MemoryTokens(() => START)): AccessToken {
  return new AccessToken(calls, { app: APP, tokens, wallClock: () => START });
}

function call(calls: Calls): (token: string) => Promise<unknown> {
  const answer = z.object({});
  return (access_token) => calls.ask("/cgi-bin/x", { query: { access_token }, answer, acts: true });
}

function paths(wechat: StandIn): string[] {
  return wechat.asked.map(({ path }) => path.replace("/cgi-bin/", ""));
}

Deno.test("use() fetches a stable token and calls with it", async () => {
  const desk = new TokenDesk();
  await using wechat = new StandIn((asked) => desk.answer(asked));
  const calls = callsTo(wechat.url);
  const token = tokenFor(calls);
  await token.use(call(calls));
  await token.use(call(calls));
  deepEqual(paths(wechat), ["stable_token", "x", "x"]);
  const { method, query, body } = wechat.asked[0] ?? {};
  deepEqual([method, query], ["POST", {}]);
  deepEqual(body, {
    grant_type: "client_credential",
    appid: "wx1",
    secret: "s3cr3t",
    force_refresh: false,
  });
});

for (const refusal of STALE) {
  Deno.test(`use() throws the token away and calls once more when WeChat says ${refusal}`, async () => {
    const desk = new TokenDesk();
    await using wechat = new StandIn((asked) => desk.answer(asked));
    const calls = callsTo(wechat.url);
    const token = tokenFor(calls);
    await token.use(call(calls));
    Object.assign(desk, { taken: "T2", handedOut: "T2", refusal });
    await token.use(call(calls));
    deepEqual(paths(wechat), ["stable_token", "x", "x", "stable_token", "x"]);
    deepEqual(desk.forced, []);
  });
}

Deno.test("use() has the token made void that WeChat hands out and refuses", async () => {
  const desk = new TokenDesk();
  await using wechat = new StandIn((asked) => desk.answer(asked));
  const calls = callsTo(wechat.url);
  const token = tokenFor(calls);
  await token.use(call(calls));
  desk.taken = "another";
  await token.use(call(calls));
  deepEqual(desk.forced, ["F0"]);
});

Deno.test("use() calls twice at most, however long WeChat refuses", async () => {
  const desk = new TokenDesk();
  await using wechat = new StandIn((asked) => desk.answer(asked));
  const calls = callsTo(wechat.url);
  const token = tokenFor(calls);
  await token.use(call(calls));
  wechat.answerWith(({ path }) =>
    path === "/cgi-bin/stable_token"
      ? plain({ access_token: crypto.randomUUID(), expires_in: 7200 })
      : plain({ errcode: 42001 })
  );
  const error = await errorOf(token.use(call(calls)));
  deepEqual([error.kind, error.errcode, error.maybeDone], ["refused", 42001, false]);
  deepEqual(paths(wechat).slice(2), ["x", "stable_token", "x"]);
});

Deno.test("use() does not call again with the very token that was refused", async () => {
  const desk = new TokenDesk();
  const tokens = new MemoryTokens(() => START);
  await using wechat = new StandIn((asked) => desk.answer(asked));
  const calls = callsTo(wechat.url);
  await tokens.lease(`access_token ${APP.appId} forced`, WECHAT.tokenForceMs);
  const token = tokenFor(calls, tokens);
  await token.use(call(calls));
  desk.taken = "another";
  equal((await errorOf(token.use(call(calls)))).errcode, 40001);
  deepEqual(paths(wechat).slice(2), ["x", "stable_token"]);
});

Deno.test("use() does not call again for other errors", async () => {
  const desk = new TokenDesk();
  await using wechat = new StandIn((asked) => desk.answer(asked));
  const calls = callsTo(wechat.url);
  Object.assign(desk, { taken: "another", refusal: 45009 });
  equal((await errorOf(tokenFor(calls).use(call(calls)))).kind, "busy");
  deepEqual(paths(wechat), ["stable_token", "x"]);
});

Deno.test("use() says surely not done when there is no token to call with", async () => {
  for (const answer of [plain({ errcode: 40001 }), plain({ expires_in: 7200 }), plain({}, 500)]) {
    await using wechat = new StandIn(() => answer);
    const calls = callsTo(wechat.url);
    const error = await errorOf(tokenFor(calls).use(call(calls)));
    equal(error.maybeDone, false);
    deepEqual(paths(wechat), ["stable_token"]);
  }
});
