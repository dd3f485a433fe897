/**
 * Login with WeChat: who gets a session, who does not, and what the log and the addresses say about it.
 *
 * @module
 */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { Hono } from "hono";
import { PERSON } from "../../src/lib/limits.ts";
import { LoginStates } from "../../src/users/session/login_state.ts";
import { Sessions } from "../../src/users/session/session.ts";
import { api } from "../../testing/api.ts";
import { Page } from "../../testing/page.ts";
import { query } from "../../testing/program.ts";
import { type Answer, HttpBrowser } from "../../testing/http_browser.ts";
import {
  ALICE,
  APP,
  isNotice,
  refusals,
  scan,
  SECRET,
  sessionOf,
  untilRefused,
  type WechatRig,
  wechatRig,
} from "../../testing/wechat_rig.ts";

function wechatTest(
  name: string,
  body: (here: WechatRig) => Promise<void>,
  env: Record<string, string> = {},
): void {
  Deno.test(name, async () => {
    await using stack = new AsyncDisposableStack();
    await body(await wechatRig(stack, { env }));
  });
}

/** WeCom on a phone and on a desktop. */
const WECOM = [
  "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36 wxwork/4.1.39 MicroMessenger/7.0.1 Language/zh",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) wxwork/4.1.39 (MicroMessenger/6.2) WindowsWechat",
];

/** The last answer. */
function end(answers: readonly Answer[]): Answer | undefined {
  return answers.at(-1);
}

/** The address that WeChat sends the phone back to, without following it. */
async function wayBack(phone: HttpBrowser, { program }: WechatRig): Promise<string> {
  const [, atWechat] = await phone.visit(`${program.url}/c/cab`, { redirectsMax: 1 });
  return atWechat?.headers.get("location") ?? "";
}

wechatTest(
  "a person signs in by one scan, is the same one the next time, and is named nowhere",
  async (here) => {
    const { program, phone, folder } = here;
    const alice = phone("alice");
    const answers = await scan(alice, here);
    deepEqual(answers.map(({ status }) => status), [302, 302, 302, 200]);
    equal(end(answers)?.url, `${program.url}/c/cab`);
    match(answers[0].headers.get("location") ?? "", /#wechat_redirect$/);
    equal(answers.length, (await scan(alice, here)).length + 3, "who is in is not sent to WeChat again");
    const again = await scan(phone("alice"), here);
    const bob = await scan(phone("bob"), here);
    const idOf = (answers: readonly Answer[]) => /"you":\{"id":"([^"]+)"/.exec(end(answers)?.body ?? "")?.[1];
    ok(idOf(answers));
    equal(idOf(again), idOf(answers));
    notEqual(idOf(bob), idOf(answers));
    equal(query(folder, "select * from people where kind = 'wechat'").length, 2);
    await using page = await Page.open(program, "cab", sessionOf(alice, here));
    equal(page.messages[0]?.["you"].id, idOf(answers));
    const said = [...answers, ...again].map(({ url, body, headers }) =>
      url + body + headers.get("set-cookie")
    );
    for (const text of [...said, ...program.out, ...program.err]) {
      ok(!text.includes(ALICE.openid) && !text.includes(APP.appSecret), text);
    }
  },
);

wechatTest("name and picture are stored where people are asked for them", async (here) => {
  here.wechat.people.set("alice", { ...ALICE, picture: "https://thirdwx.qlogo.cn/mmopen/alice/132" });
  await scan(here.phone("alice"), here);
  const [alice] = (await api(here.program, "GET", "/people")).body.items;
  deepEqual([alice.name, alice.picture], [ALICE.name, "https://thirdwx.qlogo.cn/mmopen/alice/132"]);
}, { WECHAT_SCOPE: "snsapi_userinfo" });

wechatTest(
  "a person who refuses, or sees the preview, is told what to do and gets no session",
  async (here) => {
    const { wechat, phone, program } = here;
    wechat.people.set("shy", { openid: "oShy", name: "", refuses: true });
    wechat.people.set("snap", { openid: "oSnap", name: "", snapshot: true });
    const cases = [["shy", "login-refused", "declined"], ["snap", "snapshot-user", "snapshot"]] as const;
    for (const [name, kind, why] of cases) {
      const someone = phone(name);
      isNotice(end(await scan(someone, here)), 403, kind);
      equal(someone.cookie(program.url, "kaigui_session"), undefined);
      await untilRefused(here, "person", why);
    }
    equal(query(here.folder, "select * from people").length, 0);
  },
);

wechatTest("outside of WeChat people are not sent to WeChat", async (here) => {
  const answer = await fetch(`${here.program.url}/c/cab`);
  equal(answer.status, 401);
  await answer.body?.cancel();
  equal(here.wechat.calls.all.length, 0);
});

wechatTest("WeCom's browser does not count as WeChat's, though it has its name", async (here) => {
  for (const userAgent of WECOM) {
    const answer = await new HttpBrowser({ "user-agent": userAgent }).ask(`${here.program.url}/c/cab`);
    deepEqual([answer.status, answer.headers.get("location")], [401, null], userAgent);
  }
  equal(here.wechat.calls.all.length, 0);
});

wechatTest(
  "a person with WeCom is a guest where guests are allowed, and scans no codes there",
  async (here) => {
    for (const userAgent of WECOM) {
      const answer = await new HttpBrowser({ "user-agent": userAgent }).ask(`${here.program.url}/c/cab`);
      equal(answer.status, 200, userAgent);
      match(answer.body, /"canScan":false/);
    }
  },
  { GUEST_LOGIN: "1" },
);

wechatTest(
  "a state that is replayed, forged, expired or of another browser signs nobody in",
  async (here) => {
    const { phone, program, wechat } = here;
    const alice = phone("alice");
    const back = await wayBack(alice, here);
    const thief = phone("bob");
    isNotice(end(await thief.visit(back)), 403, "login-again");
    await untilRefused(here, "state", "foreign");
    await wayBack(thief, here);
    isNotice(end(await thief.visit(back)), 403, "login-again");
    const forged = back.replace(/state=(.)/, (_, first) => `state=${first === "0" ? "1" : "0"}`);
    isNotice(end(await alice.visit(forged)), 403, "login-again");
    await untilRefused(here, "state", "forged");
    const browser = alice.cookie(program.url, "kaigui_login") ?? "";
    const old = new LoginStates({ secret: SECRET, wallClock: () => Date.now() - PERSON.loginMs });
    const expired = back.replace(/state=\w+/, `state=${old.make({ cabinet: "cab", browser })}`);
    isNotice(end(await alice.visit(expired)), 403, "login-again");
    await untilRefused(here, "state", "expired");
    const elsewhere = back.replace("/c/cab/", "/c/cab2/");
    await api(program, "PUT", "/cabinets/cab2", { body: { name: "2", board: "8a", mode: "open" } });
    isNotice(end(await alice.visit(elsewhere)), 403, "login-again");
    equal(wechat.calls.to("/sns/oauth2/access_token").length, 0, "no code was spent on any of them");

    equal(end(await alice.visit(back))?.status, 200);
    const stranger = phone("alice");
    stranger.plant(program.url, "kaigui_login", browser);
    isNotice(end(await stranger.visit(back)), 403, "login-again");
    await untilRefused(here, "state", "replayed");
    equal(end(await alice.visit(back))?.url, `${program.url}/c/cab`, "who is in goes on to the page");
    equal(wechat.calls.to("/sns/oauth2/access_token").length, 1);
  },
);

wechatTest("an unknown or used code signs nobody in", async (here) => {
  const { phone } = here;
  for (const other of ["code=0123456789abcdef", "code=%3Cscript%3E"]) {
    const alice = phone("alice");
    isNotice(
      end(await alice.visit((await wayBack(alice, here)).replace(/code=\w+/, other))),
      403,
      "login-again",
    );
    await untilRefused(here, "code", "forged");
  }
  const alice = phone("alice");
  const used = /code=\w+/.exec(await wayBack(alice, here))?.[0] ?? "";
  const back = await wayBack(alice, here);
  equal(end(await alice.visit(back.replace(/code=\w+/, used)))?.status, 200);
  const other = phone("alice");
  isNotice(
    end(await other.visit((await wayBack(other, here)).replace(/code=\w+/, used))),
    403,
    "login-again",
  );
  await untilRefused(here, "code", "replayed");
});

wechatTest("a cookie that is forged, expired, ended or of nobody opens nothing", async (here) => {
  const { phone, program } = here;
  const alice = phone("alice");
  await scan(alice, here);
  const cookie = sessionOf(alice, here);
  const { id } = (await api(program, "GET", "/people")).body.items[0];
  const made = async (at: number, secret = SECRET, person = id) => {
    const sessions = new Sessions({ secret, wallClock: () => at });
    const app = new Hono().get("/", async (c) => {
      const { value } = await sessions.start(c, { id: person, sessionsFrom: 0 }, { secure: false });
      return c.text(value);
    });
    return `kaigui_session=${await (await app.request("/")).text()}`;
  };
  const now = Date.now();
  const refused: [string, string][] = [
    [await made(now, "another-secret"), "forged"],
    [await made(now - PERSON.sessionSeconds * 1000), "expired"],
    [await made(now, SECRET, crypto.randomUUID()), "foreign"],
  ];
  for (const [cookie, why] of refused) {
    equal(await knock(here, { cookie }), 401, why);
    await untilRefused(here, "cookie", why);
  }
  equal(await knock(here, { cookie, origin: "https://evil.example" }), 403);
  await untilRefused(here, "origin", "foreign");
  equal(await knock(here, { cookie, origin: program.url }), 200);

  const signOut = await alice.ask(`${program.url}/me/sign-out`, {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  equal(signOut.status, 204);
  equal(alice.cookie(program.url, "kaigui_session"), undefined);
  equal(await knock(here, { cookie }), 401, "a copy of the cookie is worth nothing either");
  await untilRefused(here, "cookie", "ended");
  equal(end(await scan(alice, here))?.status, 200);
});

wechatTest("another site's page signs nobody out and removes nobody", async (here) => {
  const { phone, program } = here;
  const alice = phone("alice");
  await scan(alice, here);
  const post = async (headers: Record<string, string>) =>
    (await alice.ask(`${program.url}/me/remove`, { method: "POST", headers })).status;
  equal(await post({ origin: "https://evil.example", "content-type": "application/json" }), 403);
  equal(await post({ "content-type": "application/x-www-form-urlencoded" }), 415);
  equal(await post({ "content-type": "application/json", origin: program.url }), 200);
  equal(query(here.folder, "select * from people").length, 0);
  equal(query(here.folder, "select * from identities").length, 0);
  ok(refusals(program).every(({ address }) => address === "127.0.0.1"));
});

wechatTest("the files by which WeChat knows a domain are there, and no others", async ({ program }) => {
  const look = async (name: string) => {
    const answer = await fetch(`${program.url}/${name}`);
    return `${answer.status} ${await answer.text()}`;
  };
  equal(await look("MP_verify_AbC.txt"), "200 AbC");
  equal(await look("c/MP_verify_AbC.txt"), "200 AbC");
  match(await look("MP_verify_other.txt"), /^404/);
}, { WECHAT_PROOFS: "MP_verify_AbC.txt=AbC" });

wechatTest(
  "the page's script is configured for the service's own pages only, with one ticket for all",
  async (here) => {
    const { phone, program, wechat } = here;
    const alice = phone("alice");
    await scan(alice, here);
    const ask = (url: string) => alice.ask(`${program.url}/wechat/js-sdk?url=${encodeURIComponent(url)}`);
    const page = `${program.url}/c/cab`;
    for (const _ of [1, 2, 3]) {
      const { status, body } = await ask(page);
      equal(status, 200, body);
      equal(wechat.verifyJsConfig(JSON.parse(body), page), "config:ok");
    }
    equal(wechat.calls.to("/cgi-bin/ticket/getticket").length, 1);
    equal((await ask("https://evil.example/c/cab")).status, 400);
    equal((await phone("bob").ask(`${program.url}/wechat/js-sdk?url=${page}`)).status, 401);
  },
);

/** Polls the state as the page does, with these headers. */
async function knock({ program }: WechatRig, headers: Record<string, string>): Promise<number> {
  const answer = await fetch(`${program.url}/talk?cabinet=cab`, { headers });
  await answer.body?.cancel();
  return answer.status;
}
