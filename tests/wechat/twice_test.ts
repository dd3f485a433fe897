/**
 * Requests that work once and come twice at the same moment: WebViews load the login's callback twice and show the second
 * answer; mini programs and WeChat's server send again what is not answered. The repeated request gets the same result.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { type TestDatabase, testOnEach } from "../../testing/servers/databases.ts";
import { putCabinet } from "../../testing/api.ts";
import type { Message } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { HttpBrowser } from "../../testing/http_browser.ts";
import { freePort } from "../../testing/servers/ports.ts";
import { PATHS } from "../../testing/wechat/api/handlers.ts";
import { userAgentOf } from "../../testing/wechat/people.ts";
import { FakeWechat } from "../../testing/wechat/fake_wechat.ts";
import { ALICE, APP, BOB, isNotice, PUSH_TOKEN, refusals, SECRET } from "../../testing/wechat_rig.ts";

const MINI = { appId: "wx00000000000000b1", appSecret: "the-mini-programs-secret" };
const LATE = { kind: "late", ms: 300 } as const;

/** A fake WeChat, and programs on one database: two on Postgres, one with two isolates on SQLite. */
async function fleet(on: TestDatabase, stack: AsyncDisposableStack) {
  const wechat = stack.use(await FakeWechat.start({ ...APP, mini: MINI }));
  wechat.people.set("alice", ALICE).set("bob", BOB);
  const port = freePort();
  const env = {
    GUEST_LOGIN: "0",
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    SESSION_SECRET: SECRET,
    WECHAT_APP_ID: APP.appId,
    WECHAT_APP_SECRET: APP.appSecret,
    WECHAT_MINI_APP_ID: MINI.appId,
    WECHAT_MINI_APP_SECRET: MINI.appSecret,
    WECHAT_TOKEN: PUSH_TOKEN,
    WECHAT_API_URL: wechat.url,
    WECHAT_OPEN_URL: wechat.url,
    ...on.env,
  };
  const first = stack.use(
    await Program.start(on.place.folder, { ...env, PORT: String(port), ISOLATES: "2" }),
  );
  const programs = [first];
  if (on.kind === "postgres") {
    const folder = `${on.place.folder}/second`;
    await Deno.mkdir(folder);
    programs.push(stack.use(await Program.start(folder, { ...env, ISOLATES: "1" })));
  }
  await putCabinet(first, "cab");
  return { wechat, programs, first };
}

type Fleet = Awaited<ReturnType<typeof fleet>>;

/** The path that WeChat sends a phone back to, and the cookie that binds the login to the phone. */
async function callbackOf({ first }: Fleet, name: string): Promise<{ path: string; cookie: string }> {
  const phone = new HttpBrowser({ "user-agent": userAgentOf(name), "accept-language": "en" });
  const [, atWechat] = await phone.visit(`${first.url}/c/cab`, { redirectsMax: 1 });
  const { pathname, search } = new URL(atWechat?.headers.get("location") ?? "");
  return { path: pathname + search, cookie: `kaigui_login=${phone.cookie(first.url, "kaigui_login")}` };
}

/** Loads the callback so many times at once, from all programs in turn, each over its own connection. */
async function comeBack(
  { programs }: Fleet,
  { path, cookie }: { path: string; cookie: string },
  times: number,
): Promise<{ status: number; session: string | undefined; body: string }[]> {
  return await Promise.all(Array.from({ length: times }, async (_, n) => {
    const program = programs[n % programs.length] as Program;
    using client = Deno.createHttpClient({});
    const answer = await fetch(`${program.url}${path}`, {
      client,
      redirect: "manual",
      headers: { cookie, "user-agent": userAgentOf("alice"), "accept-language": "en" },
    });
    const [session] = answer.headers.getSetCookie();
    return { status: answer.status, session: session?.split(";")[0], body: await answer.text() };
  }));
}

/** The person of a session. */
async function personOf({ first }: Fleet, cookie = ""): Promise<string | undefined> {
  const answer = await fetch(`${first.url}/c/cab`, { headers: { cookie } });
  return /"you":\{"id":"([^"]+)"/.exec(await answer.text())?.[1];
}

testOnEach("a callback that is loaded twice at once signs in both times, for one code", async (on, stack) => {
  const here = await fleet(on, stack);
  here.wechat.faults.put(LATE, { path: PATHS.accessToken });
  const alice = await callbackOf(here, "alice");
  const bob = await callbackOf(here, "bob");
  const [answers, [stranger]] = await Promise.all([
    comeBack(here, alice, 6),
    comeBack(here, { path: alice.path, cookie: bob.cookie }, 1),
  ]);
  deepEqual(answers.map(({ status }) => status), Array(6).fill(302));
  const people = await Promise.all(answers.map(({ session }) => personOf(here, session)));
  deepEqual(people, Array(6).fill(people[0]));
  equal(typeof people[0], "string");
  equal(here.wechat.calls.to(PATHS.accessToken).length, 1);
  deepEqual([stranger?.status, stranger?.session], [403, undefined], "another browser stays out");
  const [late] = await comeBack(here, alice, 1);
  deepEqual([late?.status, late?.session], [403, undefined], "and so does who comes later");
  equal(here.wechat.calls.to(PATHS.accessToken).length, 1);
  deepEqual((await on.query("select id from people")).length, 1);
});

testOnEach("a login that fails says so each time, and calls WeChat once", async (on, stack) => {
  const here = await fleet(on, stack);
  for (
    const [fault, status, kind] of [
      [{ kind: "silent" } as const, 503, "wechat-away"],
      [undefined, 403, "login-again"],
    ] as const
  ) {
    const { path, cookie } = await callbackOf(here, "alice");
    const before = here.wechat.calls.to(PATHS.accessToken).length;
    if (fault) here.wechat.faults.put(fault, { path: PATHS.accessToken });
    const forged = fault ? path : path.replace(/code=\w+/, "code=0123456789abcdef");
    const answers = await comeBack(here, { path: forged, cookie }, 4);
    here.wechat.faults.heal();
    for (const { status: said, body } of answers) {
      if (fault) equal(said, status);
      isNotice({ url: "", status: said, headers: new Headers(), body }, status, kind);
    }
    equal(here.wechat.calls.to(PATHS.accessToken).length, before + 1, kind);
  }
});

testOnEach("a mini program's login that is sent twice at once is one login", async (on, stack) => {
  const here = await fleet(on, stack);
  here.wechat.faults.put(LATE, { path: PATHS.miniSession });
  const code = here.wechat.miniCode(ALICE);
  const login = async (n: number) => {
    const program = here.programs[n % here.programs.length] as Program;
    using client = Deno.createHttpClient({});
    const answer = await fetch(`${program.url}/wechat/mini/session`, {
      client,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code }),
    });
    return { status: answer.status, body: await answer.json() as Message };
  };
  const answers = await Promise.all([0, 1, 2, 3].map(login));
  deepEqual(answers.map(({ status }) => status), [200, 200, 200, 200], JSON.stringify(answers));
  const people = answers.map(({ body }) => body["you"].id);
  deepEqual(people, Array(4).fill(people[0]));
  for (const { body } of answers) equal(await personOf(here, `kaigui_session=${body["session"]}`), people[0]);
  equal(here.wechat.calls.to(PATHS.miniSession).length, 1);
  const late = await login(0);
  deepEqual([late.status, late.body["error"]], [401, "code-used"]);
});

testOnEach("a push that comes twice at once is accepted both times", async (on, stack) => {
  const here = await fleet(on, stack);
  for (let round = 0; round < 10; round++) {
    const event = here.wechat.events.subscribe(ALICE, "cab");
    const forge = { timestamp: String(Math.floor(Date.now() / 1000)), nonce: `${round}` };
    const answers = await Promise.all([0, 1, 2, 3].map((n) => {
      const program = here.programs[n % here.programs.length] as Program;
      return here.wechat.push(`${program.url}/wechat/push`, {
        token: PUSH_TOKEN,
        mode: "plain",
        event,
        forge,
      });
    }));
    deepEqual(answers.map(({ status }) => status), [200, 200, 200, 200]);
    for (const { reply } of answers) match(JSON.stringify(reply), /"MsgType":"news"/);
  }
  await until(() => refusals(here.first).length === 0);
});
