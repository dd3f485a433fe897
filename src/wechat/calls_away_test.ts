import { deepEqual, equal, match, ok } from "node:assert/strict";
import { WECHAT } from "../lib/limits.ts";
import {
  ACT,
  answerOnce,
  callsTo,
  errorOf,
  nobody,
  plain,
  SECRET,
  StandIn,
  tellsNoSecret,
} from "../../testing/rigs/wechat.ts";
import type { Calls } from "./calls.ts";

const BIG = "x".repeat(WECHAT.answerBytesMax);

const MISHAPS: Record<string, () => Response | Promise<Response>> = {
  "HTTP 500": () => plain({ openid: "oPerson" }, 500),
  "HTTP 502 of a proxy": () => new Response("<html>Bad gateway</html>", { status: 502 }),
  "HTTP 403 of a proxy": () => new Response(`<html>No ${SECRET}</html>`, { status: 403 }),
  "a page": () => new Response("<html>Welcome</html>"),
  "nothing": () => new Response(""),
  "a list": () => plain([{ openid: "oPerson" }]),
  "a text": () => plain(SECRET),
  "null": () => plain(null),
  "half an object": () => new Response('{"openid":"oPer'),
  "an object that lacks what matters": () => plain({ errcode: 0, errmsg: "ok" }),
  "an object with something else there": () => plain({ openid: { secret: SECRET } }),
  "an error code that is none": () => plain({ errcode: "40029" }),
  "too much": () => plain({ openid: "oPerson", more: BIG }),
  "too much, packed": () => packed(JSON.stringify({ openid: "oPerson", more: BIG })),
};
for (const [name, answer] of Object.entries(MISHAPS)) {
  Deno.test(`ask() says away, and maybe done, when the answer is ${name}`, async () => {
    await using wechat = new StandIn(answer);
    await isAwayMaybeDone(callsTo(wechat.url));
  });
}

Deno.test("ask() follows no redirect, which would take the secret elsewhere", async () => {
  await using elsewhere = new StandIn(() => plain({ openid: "oPerson" }));
  for (const status of [301, 302, 307, 308]) {
    const location = `${elsewhere.url}/?${new URLSearchParams(ACT.query)}`;
    await using wechat = new StandIn(() => new Response(null, { status, headers: { location } }));
    await isAwayMaybeDone(callsTo(wechat.url));
  }
  equal(elsewhere.asked.length, 0);
});

const CUT = {
  "without a word": "",
  "in the answer's head": "HTTP/1.1 200 OK\r\ncontent-le",
  "in the answer's body": 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"openid":"oPerson"}',
  "in a part of the answer":
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14\r\n{"openid":"oPerson"}\r\n',
  "after something that is no HTTP": "+OK POP3 ready\r\n\r\n",
};
for (const [name, bytes] of Object.entries(CUT)) {
  Deno.test(`ask() says away, and maybe done, when the connection ends ${name}`, async () => {
    const { url, done } = answerOnce(bytes);
    const error = await errorOf(callsTo(url).ask("/sns/x", ACT));
    await done;
    deepEqual([error.kind, error.maybeDone], ["away", true]);
    tellsNoSecret(error);
  });
}

Deno.test("ask() says away, and surely not done, when there is no connection", async () => {
  const error = await errorOf(callsTo(nobody()).ask("/sns/x", ACT));
  deepEqual([error.kind, error.maybeDone], ["away", false]);
  match(error.message, /^WeChat did not answer \/sns\/x: Connect: .*refused/i);
  tellsNoSecret(error);
});

Deno.test("ask() says away, and surely not done, when the other side has no sound certificate", async () => {
  await using wechat = new StandIn(() => plain({ openid: "oPerson" }));
  const error = await errorOf(callsTo(wechat.url.replace("http:", "https:")).ask("/sns/x", ACT));
  deepEqual([error.kind, error.maybeDone], ["away", false]);
  tellsNoSecret(error);
});

Deno.test("ask() says away, and maybe done, when there is no answer in time", async () => {
  const answer = Promise.withResolvers<Response>();
  await using wechat = new StandIn(() => answer.promise);
  const error = await errorOf(callsTo(wechat.url, { callMs: 100 }).ask("/sns/x", ACT));
  answer.resolve(plain({ openid: "oPerson" }));
  deepEqual([error.kind, error.maybeDone, wechat.asked.length], ["away", true, 1]);
  match(error.message, /in time/);
  tellsNoSecret(error);
});

Deno.test("ask() says away when the answer drips for longer than it may take", async () => {
  await using wechat = new StandIn(() => new Response(dripping()));
  const error = await errorOf(callsTo(wechat.url, { callMs: 100 }).ask("/sns/x", ACT));
  deepEqual([error.kind, error.maybeDone], ["away", true]);
  match(error.message, /in time/);
});

Deno.test("ask() reads an endless answer no further than it has to", async () => {
  let given = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      given += 1_024;
      controller.enqueue(new TextEncoder().encode(" ".repeat(1_024)));
    },
  });
  await using wechat = new StandIn(() => new Response(endless));
  const error = await errorOf(callsTo(wechat.url).ask("/sns/x", ACT));
  match(error.message, /too long/);
  // What the two sockets hold is given as well.
  ok(given < 200 * WECHAT.answerBytesMax, `${given} bytes`);
});

Deno.test("ask() never says maybe done of a call that does nothing", async () => {
  await using wechat = new StandIn(() => new Response("", { status: 500 }));
  const error = await errorOf(callsTo(wechat.url).ask("/sns/x", { ...ACT, acts: false }));
  deepEqual([error.kind, error.maybeDone], ["away", false]);
});

async function isAwayMaybeDone(calls: Calls): Promise<void> {
  const error = await errorOf(calls.ask("/sns/x", ACT));
  deepEqual([error.kind, error.errcode, error.maybeDone], ["away", undefined, true]);
  tellsNoSecret(error);
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
