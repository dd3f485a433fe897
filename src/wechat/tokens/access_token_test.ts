import { deepEqual, equal } from "node:assert/strict";
import { WECHAT } from "../../lib/limits.ts";
import {
  clientFor,
  errorOf,
  FakeApiServer,
  MemoryTokens,
  plainJson,
  type ReceivedRequest,
} from "../../../testing/rigs/wechat.ts";
import { AccessToken } from "./access_token.ts";
import type { ApiClient } from "../api_client.ts";
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

  answer({ path, query, body }: ReceivedRequest): Response {
    if (path === "/cgi-bin/stable_token") return this.#handOut(body);
    if (query["access_token"] === this.taken) return plainJson({ errcode: 0, errmsg: "ok" });
    return plainJson({ errcode: this.refusal, errmsg: "invalid credential" });
  }

  #handOut(body: unknown): Response {
    const { force_refresh } = body as { force_refresh: boolean };
    if (force_refresh) this.forced.push(this.handedOut = this.taken = `F${this.forced.length}`);
    return plainJson({ access_token: this.handedOut, expires_in: 7200 });
  }
}

function tokenFor(client: ApiClient, tokens = new MemoryTokens(() => START)): AccessToken {
  return new AccessToken(client, { app: APP, tokens, wallClock: () => START });
}

function call(client: ApiClient): (token: string) => Promise<unknown> {
  const answer = z.object({});
  return (access_token) => client.request("/cgi-bin/x", { query: { access_token }, answer, hasEffect: true });
}

function paths(wechat: FakeApiServer): string[] {
  return wechat.requests.map(({ path }) => path.replace("/cgi-bin/", ""));
}

Deno.test("use() fetches a stable token and calls with it", async () => {
  const desk = new TokenDesk();
  await using wechat = new FakeApiServer((request) => desk.answer(request));
  const client = clientFor(wechat.url);
  const token = tokenFor(client);
  await token.use(call(client));
  await token.use(call(client));
  deepEqual(paths(wechat), ["stable_token", "x", "x"]);
  const { method, query, body } = wechat.requests[0] ?? {};
  deepEqual([method, query], ["POST", {}]);
  deepEqual(body, {
    grant_type: "client_credential",
    appid: "wx1",
    secret: "s3cr3t",
    force_refresh: false,
  });
});

for (const refusal of STALE) {
  Deno.test(`use() drops the token and calls once more when WeChat answers ${refusal}`, async () => {
    const desk = new TokenDesk();
    await using wechat = new FakeApiServer((request) => desk.answer(request));
    const client = clientFor(wechat.url);
    const token = tokenFor(client);
    await token.use(call(client));
    Object.assign(desk, { taken: "T2", handedOut: "T2", refusal });
    await token.use(call(client));
    deepEqual(paths(wechat), ["stable_token", "x", "x", "stable_token", "x"]);
    deepEqual(desk.forced, []);
  });
}

Deno.test("use() has the token voided that WeChat returns and refuses", async () => {
  const desk = new TokenDesk();
  await using wechat = new FakeApiServer((request) => desk.answer(request));
  const client = clientFor(wechat.url);
  const token = tokenFor(client);
  await token.use(call(client));
  desk.taken = "another";
  await token.use(call(client));
  deepEqual(desk.forced, ["F0"]);
});

Deno.test("use() calls twice at most", async () => {
  const desk = new TokenDesk();
  await using wechat = new FakeApiServer((request) => desk.answer(request));
  const client = clientFor(wechat.url);
  const token = tokenFor(client);
  await token.use(call(client));
  wechat.answerWith(({ path }) =>
    path === "/cgi-bin/stable_token"
      ? plainJson({ access_token: crypto.randomUUID(), expires_in: 7200 })
      : plainJson({ errcode: 42001 })
  );
  const error = await errorOf(token.use(call(client)));
  deepEqual([error.kind, error.errcode, error.maybeDone], ["refused", 42001, false]);
  deepEqual(paths(wechat).slice(2), ["x", "stable_token", "x"]);
});

Deno.test("use() does not call again with the refused token", async () => {
  const desk = new TokenDesk();
  const tokens = new MemoryTokens(() => START);
  await using wechat = new FakeApiServer((request) => desk.answer(request));
  const client = clientFor(wechat.url);
  await tokens.lease(`access_token ${APP.appId} forced`, WECHAT.tokenForceMs);
  const token = tokenFor(client, tokens);
  await token.use(call(client));
  desk.taken = "another";
  equal((await errorOf(token.use(call(client)))).errcode, 40001);
  deepEqual(paths(wechat).slice(2), ["x", "stable_token"]);
});

Deno.test("use() does not call again for other errors", async () => {
  const desk = new TokenDesk();
  await using wechat = new FakeApiServer((request) => desk.answer(request));
  const client = clientFor(wechat.url);
  Object.assign(desk, { taken: "another", refusal: 45009 });
  equal((await errorOf(tokenFor(client).use(call(client)))).kind, "busy");
  deepEqual(paths(wechat), ["stable_token", "x"]);
});

Deno.test("use() says surely not done when there is no token", async () => {
  for (const answer of [plainJson({ errcode: 40001 }), plainJson({ expires_in: 7200 }), plainJson({}, 500)]) {
    await using wechat = new FakeApiServer(() => answer);
    const client = clientFor(wechat.url);
    const error = await errorOf(tokenFor(client).use(call(client)));
    equal(error.maybeDone, false);
    deepEqual(paths(wechat), ["stable_token"]);
  }
});
