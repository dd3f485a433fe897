import { deepEqual, equal } from "node:assert/strict";
import type { CallAnswer, CallRequest } from "./calls.ts";
import { JoinPage } from "./join_page.ts";
import type { Account, FormState, JoinState, Link, Typed } from "./state.ts";

const SECRET = "s3cret";
const join: Link = {
  kind: "join",
  organization: "north",
  organizationName: "North",
  role: "manager",
  login: null,
};
const reset: Link = { ...join, kind: "reset", role: null, login: "anna@example.com" };
const account: Account = {
  login: "anna@example.com",
  hasSecondFactor: false,
  memberships: [{ organization: "north", name: "North", role: "manager", tags: null }],
};
const typed: Typed = { login: "anna@example.com", name: " Anna ", password: "ten letters", code: "" };

const ok = (value: unknown): CallAnswer => ({ type: "ok", value });
const refused = (status: number, code?: string): CallAnswer => ({ type: "refused", status, code });
const silent: CallAnswer = { type: "silent" };

/** A page whose service answers each path with the next of these. */
function rig(answers: Readonly<Record<string, CallAnswer | readonly CallAnswer[]>>) {
  const asked: CallRequest[] = [];
  const left = new Map(Object.entries(answers).map(([path, all]) => [path, [all].flat()]));
  const page = new JoinPage({
    call: (request) => {
      asked.push(request);
      const answer = left.get(request.path)?.shift();
      return answer ? Promise.resolve(answer) : Promise.reject(new Error(`Nobody expected ${request.path}`));
    },
    lang: "zh",
    limits: { passwordMin: 10, nameMax: 200 },
  });
  const sentTo = (path: string) => asked.filter((one) => one.path === path).map(({ body }) => body);
  return { page, asked, sentTo, form: () => formIn(page.state()) };
}

function formIn(state: JoinState): FormState {
  if (state.step !== "form") throw new Error(`The page shows ${state.step}, no form`);
  return state;
}

const LOOK = "/invitations/look";
const ACCEPT = "/invitations/accept";
const stranger = { [LOOK]: ok(join), "/account": refused(401) };
const member = { [LOOK]: ok(join), "/account": ok(account) };

Deno.test("JoinPage.open() shows the form that the link and the session are for", async () => {
  const ways = [];
  for (
    const answers of [stranger, member, { ...member, [LOOK]: ok(reset) }, { ...stranger, "/account": silent }]
  ) {
    const { page, form, sentTo } = rig(answers);
    await page.open(SECRET);
    deepEqual(sentTo(LOOK), [{ secret: SECRET }]);
    ways.push([form().way, form().known]);
  }
  deepEqual(ways, [["new", undefined], ["known", account.login], ["reset", account.login], [
    "new",
    undefined,
  ]]);
});

Deno.test("JoinPage.open() says why there is no form", async () => {
  const shown = async (answer: CallAnswer) => {
    const { page } = rig({ ...stranger, [LOOK]: answer });
    await page.open(SECRET);
    return page.state();
  };
  const over = { step: "over", perhapsDone: false };
  const away = { step: "trouble", trouble: "away" };
  deepEqual(await shown(refused(404)), over);
  deepEqual(await shown(refused(422)), over);
  deepEqual(await shown(refused(429)), { step: "trouble", trouble: "too-many" });
  deepEqual(await shown(refused(503)), away);
  deepEqual(await shown(silent), away);
  const { page, asked } = rig({});
  await page.open("");
  deepEqual([page.state(), asked], [{ step: "no-link" }, []]);
});

Deno.test("JoinPage.look() tries again after a trouble", async () => {
  const { page, form } = rig({ [LOOK]: [silent, ok(join)], "/account": [silent, refused(401)] });
  await page.open(SECRET);
  await page.look();
  equal(form().way, "new");
});

Deno.test("JoinPage.open() of a second link forgets what is said of the first", async () => {
  const first = Promise.withResolvers<CallAnswer>();
  const page = new JoinPage({
    call: ({ path, body }) => {
      if (path !== LOOK) return Promise.resolve(refused(401));
      return (body as { secret: string }).secret === "first" ? first.promise : Promise.resolve(ok(reset));
    },
    lang: "en",
    limits: { passwordMin: 10, nameMax: 200 },
  });
  const opened = page.open("first");
  await page.open("second");
  first.resolve(refused(404));
  await opened;
  equal(formIn(page.state()).way, "reset");
});

Deno.test("JoinPage.submit() makes an account, and says what it may do", async () => {
  const { page, sentTo } = rig({ ...stranger, [ACCEPT]: ok(account), "/organization": ok({}) });
  await page.open(SECRET);
  await page.submit(typed);
  const { login, password } = typed;
  deepEqual(sentTo(ACCEPT), [{ secret: SECRET, login, name: "Anna", language: "zh", password }]);
  deepEqual(page.state(), { step: "done", link: join, account, needsSecondFactor: false });
});

Deno.test("JoinPage.submit() joins by the secret alone when an account is logged in", async () => {
  const { page, sentTo } = rig({ ...member, [ACCEPT]: ok(account), "/organization": ok({}) });
  await page.open(SECRET);
  await page.submit({ login: "", name: "", password: "", code: "" });
  deepEqual(sentTo(ACCEPT), [{ secret: SECRET }]);
  equal(page.state().step, "done");
});

Deno.test("JoinPage.submit() sends only the new password of a reset", async () => {
  const { page, sentTo } = rig({
    ...member,
    [LOOK]: ok(reset),
    [ACCEPT]: ok(account),
    "/organization": silent,
  });
  await page.open(SECRET);
  await page.submit(typed);
  deepEqual(sentTo(ACCEPT), [{ secret: SECRET, password: typed.password }]);
  equal(page.state().step, "done");
});

Deno.test("JoinPage.submit() says that a second factor is wanted, where the organization refuses for want of one", async () => {
  for (const hasSecondFactor of [false, true]) {
    const { page, asked } = rig({
      ...stranger,
      [ACCEPT]: ok({ ...account, hasSecondFactor }),
      "/organization": refused(403, "second-factor-wanted"),
    });
    await page.open(SECRET);
    await page.submit(typed);
    const state = page.state();
    equal(state.step === "done" && state.needsSecondFactor, !hasSecondFactor);
    deepEqual(asked.slice(3).map(({ organization }) => organization), hasSecondFactor ? [] : ["north"]);
  }
});

Deno.test("JoinPage.submit() sends nothing while something is missing, and nothing twice", async () => {
  const answer = Promise.withResolvers<CallAnswer>();
  const { page, form, sentTo } = rig({ ...stranger, "/organization": ok({}) });
  await page.open(SECRET);
  await page.submit({ ...typed, name: " ", password: "short" });
  deepEqual([form().problems, form().isBusy], [["name-missing", "password-short"], false]);
  deepEqual(sentTo(ACCEPT), []);

  const slow = new JoinPage({
    call: ({ path }) => {
      if (path !== ACCEPT) return Promise.resolve(path === LOOK ? ok(join) : refused(401));
      accepted++;
      return answer.promise;
    },
    lang: "zh",
    limits: { passwordMin: 10, nameMax: 200 },
  });
  let accepted = 0;
  await slow.open(SECRET);
  const first = slow.submit(typed);
  equal(formIn(slow.state()).isBusy, true);
  await slow.submit(typed);
  slow.choose("log-in");
  equal(formIn(slow.state()).way, "new");
  answer.resolve(ok(account));
  await first;
  deepEqual([accepted, slow.state().step], [1, "done"]);
});

Deno.test("JoinPage.submit() keeps the form and says what is wrong with it", async () => {
  for (
    const [answer, problem] of [
      [refused(409, "taken"), "login-taken"],
      [refused(409, "member"), "member"],
      [refused(409, "limit"), "limit"],
      [refused(422, "invalid-login"), "login-bad"],
      [refused(422, "invalid-password"), "password-bad"],
      [refused(429), "too-many"],
      [refused(503), "away"],
      [silent, "silent"],
      [refused(403, "foreign-origin"), "refused"],
    ] as const
  ) {
    const { page, form } = rig({ ...stranger, [ACCEPT]: answer });
    await page.open(SECRET);
    await page.submit(typed);
    const { problems, isBusy, login, way } = form();
    deepEqual([problems, isBusy, login, way], [[problem], false, typed.login, "new"]);
  }
});

Deno.test("JoinPage.submit() finds out whether a try without an answer has used the link", async () => {
  const shown = async (answers: Parameters<typeof rig>[0]) => {
    const { page, sentTo } = rig({ "/organization": ok({}), ...answers });
    await page.open(SECRET);
    await page.submit(typed);
    await page.submit(typed);
    const state = page.state();
    return [state.step === "over" ? state.perhapsDone : state.step, sentTo("/session").length];
  };
  const gone = { ...stranger, [ACCEPT]: [silent, refused(404)] };
  deepEqual(await shown({ ...gone, "/session": ok(account) }), ["done", 1]);
  deepEqual(await shown({ ...gone, [ACCEPT]: [refused(503), refused(404)], "/session": ok(account) }), [
    "done",
    1,
  ]);
  deepEqual(await shown({ ...gone, "/session": ok({ ...account, memberships: [] }) }), [false, 1]);
  deepEqual(await shown({ ...gone, "/session": refused(401, "wrong-password") }), [false, 1]);
  deepEqual(await shown({ ...gone, "/session": silent }), [true, 1]);
  deepEqual(await shown({ ...gone, "/session": refused(429) }), [true, 1]);
  deepEqual(await shown({ ...gone, [ACCEPT]: [refused(429), refused(404)] }), [false, 0]);

  const known = { ...gone, "/account": [ok(account), ok(account)] };
  deepEqual(await shown(known), ["done", 0]);
  deepEqual(await shown({ ...known, "/account": [ok(account), ok({ ...account, memberships: [] })] }), [
    false,
    0,
  ]);
  deepEqual(await shown({ ...known, "/account": [ok(account), refused(401)] }), [true, 0]);
  deepEqual(await shown({ ...gone, [LOOK]: ok(reset), "/session": ok({ ...account, memberships: [] }) }), [
    "done",
    1,
  ]);
});

Deno.test("JoinPage.submit() logs in first where the person has an account", async () => {
  const { page, form, sentTo } = rig({
    ...stranger,
    "/session": [
      refused(401),
      refused(401, "second-factor-wanted"),
      refused(401, "wrong-code"),
      ok(account),
    ],
    [ACCEPT]: ok(account),
    "/organization": ok({}),
  });
  await page.open(SECRET);
  page.choose("log-in");
  await page.submit(typed);
  deepEqual([form().problems, form().wantsCode], [["wrong"], false]);
  await page.submit(typed);
  deepEqual([form().problems, form().wantsCode], [["code-missing"], true]);
  await page.submit({ ...typed, code: "000000" });
  deepEqual(form().problems, ["code-wrong"]);
  await page.submit({ ...typed, code: " 123456" });
  const { login, password } = typed;
  deepEqual(sentTo("/session").at(-1), { login, password, code: "123456" });
  deepEqual(sentTo(ACCEPT), [{ secret: SECRET }]);
  equal(page.state().step, "done");
});

Deno.test("JoinPage.submit() offers the account that logged in, when joining failed after that", async () => {
  const { page, form } = rig({
    ...stranger,
    "/session": ok(account),
    [ACCEPT]: [refused(429), refused(401)],
  });
  await page.open(SECRET);
  page.choose("log-in");
  await page.submit(typed);
  deepEqual([form().way, form().known, form().problems], ["known", typed.login, ["too-many"]]);
  await page.submit(typed);
  deepEqual([form().way, form().known, form().problems], ["log-in", undefined, ["session-over"]]);
});

Deno.test("JoinPage.showPassword() holds, also when it is switched while the form is sent", async () => {
  const { page, form } = rig({ ...stranger, [ACCEPT]: refused(429) });
  await page.open(SECRET);
  const sent = page.submit(typed);
  page.showPassword(true);
  await sent;
  deepEqual([form().showsPassword, form().problems], [true, ["too-many"]]);
});

Deno.test("JoinPage.choose() shows another form without the problems and the password of the one before", async () => {
  const { page, form } = rig(stranger);
  await page.open(SECRET);
  page.showPassword(true);
  await page.submit({ ...typed, password: "" });
  page.choose("log-in");
  const { problems, showsPassword, login } = form();
  deepEqual([problems, showsPassword, login], [[], false, typed.login]);
});
