import { deepEqual, equal, match, ok } from "node:assert/strict";
import { WECHAT } from "../lib/limits.ts";
import {
  answerOnce,
  CALL,
  clientFor,
  errorOf,
  FakeApiServer,
  hasNoSecret,
  plainJson,
  SECRET,
  unusedUrl,
} from "../../testing/rigs/wechat.ts";
import type { ApiClient } from "./api_client.ts";

const BIG = "x".repeat(WECHAT.answerBytesMax);

const BAD_ANSWERS: Record<string, () => Response | Promise<Response>> = {
  "HTTP 500": () => plainJson({ openid: "oPerson" }, 500),
  "HTTP 502 of a proxy": () => new Response("<html>Bad gateway</html>", { status: 502 }),
  "HTTP 403 of a proxy": () => new Response(`<html>No ${SECRET}</html>`, { status: 403 }),
  "a page": () => new Response("<html>Welcome</html>"),
  "nothing": () => new Response(""),
  "a list": () => plainJson([{ openid: "oPerson" }]),
  "a text": () => plainJson(SECRET),
  "null": () => plainJson(null),
  "half an object": () => new Response('{"openid":"oPer'),
  "an object without the field": () => plainJson({ errcode: 0, errmsg: "ok" }),
  "an object with another type there": () => plainJson({ openid: { secret: SECRET } }),
  "an error code that is a text": () => plainJson({ errcode: "40029" }),
  "too much": () => plainJson({ openid: "oPerson", more: BIG }),
  "too much, packed": () => packed(JSON.stringify({ openid: "oPerson", more: BIG })),
};
for (const [name, answer] of Object.entries(BAD_ANSWERS)) {
  Deno.test(`request() throws away, and maybe done, when the answer is ${name}`, async () => {
    await using wechat = new FakeApiServer(answer);
    await isAwayMaybeDone(clientFor(wechat.url));
  });
}

Deno.test("request() follows no redirect, which would take the secret to another host", async () => {
  await using elsewhere = new FakeApiServer(() => plainJson({ openid: "oPerson" }));
  for (const status of [301, 302, 307, 308]) {
    const location = `${elsewhere.url}/?${new URLSearchParams(CALL.query)}`;
    await using wechat = new FakeApiServer(() => new Response(null, { status, headers: { location } }));
    await isAwayMaybeDone(clientFor(wechat.url));
  }
  equal(elsewhere.requests.length, 0);
});

const CUT = {
  "without a byte": "",
  "in the answer's head": "HTTP/1.1 200 OK\r\ncontent-le",
  "in the answer's body": 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"openid":"oPerson"}',
  "in a part of the answer":
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14\r\n{"openid":"oPerson"}\r\n',
  "after something that is not HTTP": "+OK POP3 ready\r\n\r\n",
};
for (const [name, bytes] of Object.entries(CUT)) {
  Deno.test(`request() throws away, and maybe done, when the connection ends ${name}`, async () => {
    const { url, done } = answerOnce(bytes);
    const error = await errorOf(clientFor(url).request("/sns/x", CALL));
    await done;
    deepEqual([error.kind, error.maybeDone], ["away", true]);
    hasNoSecret(error);
  });
}

Deno.test("request() throws away, and surely not done, when there is no connection", async () => {
  const error = await errorOf(clientFor(unusedUrl()).request("/sns/x", CALL));
  deepEqual([error.kind, error.maybeDone], ["away", false]);
  match(error.message, /^WeChat did not answer \/sns\/x: Connect: .*refused/i);
  hasNoSecret(error);
});

Deno.test("request() throws away, and surely not done, when the certificate is not valid", async () => {
  await using wechat = new FakeApiServer(() => plainJson({ openid: "oPerson" }));
  const error = await errorOf(clientFor(wechat.url.replace("http:", "https:")).request("/sns/x", CALL));
  deepEqual([error.kind, error.maybeDone], ["away", false]);
  hasNoSecret(error);
});

Deno.test("request() throws away, and maybe done, when there is no answer in time", async () => {
  const answer = Promise.withResolvers<Response>();
  await using wechat = new FakeApiServer(() => answer.promise);
  const error = await errorOf(clientFor(wechat.url, { callMs: 100 }).request("/sns/x", CALL));
  answer.resolve(plainJson({ openid: "oPerson" }));
  deepEqual([error.kind, error.maybeDone, wechat.requests.length], ["away", true, 1]);
  match(error.message, /in time/);
  hasNoSecret(error);
});

Deno.test("request() throws away when the answer takes too long to its end", async () => {
  await using wechat = new FakeApiServer(() => new Response(dripping()));
  const error = await errorOf(clientFor(wechat.url, { callMs: 100 }).request("/sns/x", CALL));
  deepEqual([error.kind, error.maybeDone], ["away", true]);
  match(error.message, /in time/);
});

Deno.test("request() reads an endless answer up to the limit only", async () => {
  let given = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      given += 1_024;
      controller.enqueue(new TextEncoder().encode(" ".repeat(1_024)));
    },
  });
  await using wechat = new FakeApiServer(() => new Response(endless));
  const error = await errorOf(clientFor(wechat.url).request("/sns/x", CALL));
  match(error.message, /too long/);
  // What the two sockets hold is given as well.
  ok(given < 200 * WECHAT.answerBytesMax, `${given} bytes`);
});

Deno.test("request() never says maybe done of a call that changes nothing", async () => {
  await using wechat = new FakeApiServer(() => new Response("", { status: 500 }));
  const error = await errorOf(clientFor(wechat.url).request("/sns/x", { ...CALL, hasEffect: false }));
  deepEqual([error.kind, error.maybeDone], ["away", false]);
});

async function isAwayMaybeDone(client: ApiClient): Promise<void> {
  const error = await errorOf(client.request("/sns/x", CALL));
  deepEqual([error.kind, error.errcode, error.maybeDone], ["away", undefined, true]);
  hasNoSecret(error);
}

function packed(text: string): Response {
  const body = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(body, { headers: { "content-encoding": "gzip" } });
}

/** A byte now and then, until nobody reads any more. */
function dripping(): ReadableStream<Uint8Array> {
  let timer: ReturnType<typeof setInterval> | undefined;
  return new ReadableStream({
    start(controller) {
      timer = setInterval(() => controller.enqueue(new TextEncoder().encode(" ")), 10);
    },
    cancel() {
      clearInterval(timer);
    },
  });
}
