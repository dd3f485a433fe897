/**
 * Requests that no person is behind, or not yet: they leave nothing behind and use nothing up.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { PERSON } from "../../src/lib/limits.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie } from "../../testing/page.ts";
import { Program, TOKEN } from "../../testing/program.ts";
import { refusals, type WechatRig, wechatRig } from "../../testing/wechat_rig.ts";

/** What previews, monitors and browsers that look ahead ask with. */
const PREVIEWS: readonly RequestInit[] = [
  { method: "HEAD" },
  { headers: { "sec-purpose": "prefetch" } },
  { headers: { "sec-purpose": "prefetch;prerender" } },
  { headers: { purpose: "prefetch" } },
  { headers: { purpose: "preview" } },
  { headers: { "x-purpose": "preview" } },
  { headers: { "x-moz": "prefetch" } },
  { headers: { "user-agent": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)" } },
  { headers: { "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)" } },
  {
    headers: {
      "user-agent": "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    },
  },
  { headers: { "user-agent": "WhatsApp/2.23.20.0" } },
];

async function started(stack: AsyncDisposableStack): Promise<Program> {
  const { path } = stack.use(await tempFolder());
  const program = stack.use(await Program.start(path));
  await putCabinet(program, "cab");
  return program;
}

async function peopleCount(program: Program): Promise<number> {
  return (await api(program, "GET", "/people?limit=200")).body.items.length;
}

Deno.test("previews make no guests and take nobody's place", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack);
  for (let n = 0; n < PERSON.guestsMax + 10; n++) {
    const answer = await fetch(`${program.url}/c/cab`, PREVIEWS[n % PREVIEWS.length]);
    await answer.body?.cancel();
    deepEqual(answer.headers.getSetCookie(), [], JSON.stringify(PREVIEWS[n % PREVIEWS.length]));
  }
  equal(await peopleCount(program), 0);
  ok(await guestCookie(program, "cab"), "a person comes in");
  equal(await peopleCount(program), 1);
});

Deno.test("a browser that looks ahead does not keep the answer; monitors hear that all is well", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack);
  const statusOf = async (init: RequestInit = {}, path = "/c/cab") => {
    const answer = await fetch(`${program.url}${path}`, init);
    await answer.body?.cancel();
    return answer.status;
  };
  const ahead = { "sec-purpose": "prefetch;prerender" };
  equal(await statusOf({ headers: ahead }), 403);
  equal(await statusOf({ method: "HEAD" }), 200);
  equal(await statusOf({ method: "HEAD" }, "/c/nowhere"), 404);
  const cookie = await guestCookie(program, "cab");
  equal(await statusOf({ headers: { ...ahead, cookie } }), 200, "who is in gets the page, ahead or not");
});

Deno.test("phones whose name sounds like a robot's are people's", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack);
  for (const phone of ["CUBOT_X30", "CUBOT NOTE 20", "KINGKONG_POWER Build/CUBOT"]) {
    const answer = await fetch(`${program.url}/c/cab`, {
      headers: {
        "user-agent": `Mozilla/5.0 (Linux; Android 10; ${phone}) AppleWebKit/537.36 Mobile Safari/537.36`,
      },
    });
    await answer.body?.cancel();
    equal(answer.headers.getSetCookie().length, 1, phone);
  }
});

/** Where WeChat sends the phone back to. */
async function wayBack(here: WechatRig) {
  const alice = here.phone("alice");
  const [, atWechat] = await alice.visit(`${here.program.url}/c/cab`, { redirectsMax: 1 });
  return { alice, back: atWechat?.headers.get("location") ?? "" };
}

Deno.test("a login through WeChat is used up by the person alone", async () => {
  await using stack = new AsyncDisposableStack();
  const here = await wechatRig(stack);
  const { alice, back } = await wayBack(here);
  for (const { method = "GET", headers = {} } of PREVIEWS) {
    const answer = await alice.ask(back, { method, headers });
    equal(answer.headers.get("location"), null, JSON.stringify(headers));
    deepEqual(answer.headers.getSetCookie(), []);
  }
  equal(here.wechat.calls.to("/sns/oauth2/access_token").length, 0);
  equal((await alice.visit(back)).at(-1)?.status, 200, "the person gets in");
  equal(here.wechat.calls.to("/sns/oauth2/access_token").length, 1);
  deepEqual(refusals(here.program), []);
});

Deno.test("nobody is sent to WeChat who only looks ahead", async () => {
  await using stack = new AsyncDisposableStack();
  const here = await wechatRig(stack);
  for (const { method = "GET", headers = {} } of PREVIEWS) {
    const answer = await here.phone("alice").ask(`${here.program.url}/c/cab`, { method, headers });
    deepEqual(
      [answer.headers.get("location"), answer.headers.getSetCookie()],
      [null, []],
      JSON.stringify(headers),
    );
  }
});

Deno.test("the audit log has raw lines that were opened, and not what only looked", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack);
  const rawLines = async () =>
    (await api(program, "GET", "/acts")).body.items.filter(({ act }: { act: string }) => act === "raw-line")
      .length;
  for (const method of ["GET", "HEAD"]) {
    const answer = await fetch(`${program.url}/api/v1/cabinets/cab/raw`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    await answer.body?.cancel();
    equal(answer.status, 426);
  }
  equal(await rawLines(), 0);
  const socket = new WebSocket(`${program.url.replace("http", "ws")}/api/v1/cabinets/cab/raw`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const greeting = await new Promise<string>((resolve) => socket.onmessage = ({ data }) => resolve(data));
  match(greeting, /welcome$/);
  equal(await rawLines(), 1);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
});
