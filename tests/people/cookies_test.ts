/**
 * The names of cookies behind https, and that nobody loses a session, or what is rented with it, by a name.
 *
 * @module
 */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { does, idOf } from "../../testing/operator_rig.ts";
import { putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { userAgentOf } from "../../testing/wechat/people.ts";
import { type WechatRig, wechatRig } from "../../testing/wechat_rig.ts";

const ENCRYPTED = { PUBLIC_URL: "https://k.example" };
const NAME = "kaigui_session";
const HOST_NAME = `__Host-${NAME}`;

/** The cookies that an answer sets: values by name, and what stands behind them. */
function cookiesOf(
  answer: { readonly headers: Headers },
): Map<string, { value: string; attributes: string }> {
  return new Map(
    answer.headers.getSetCookie().map((header) => {
      const [, name = "", value = "", attributes = ""] = /^([^=]+)=([^;]*)(.*)$/.exec(header) ?? [];
      return [name, { value, attributes }];
    }),
  );
}

/** The program behind https, with a cabinet `cab` in which people store, and its device. */
async function encrypted(stack: AsyncDisposableStack): Promise<Program> {
  const { path } = stack.use(await tempFolder());
  const program = stack.use(await Program.start(path, ENCRYPTED));
  await putCabinet(program, "cab", { mode: "storage" });
  stack.use(await Device.connect(program, "REG-cab"));
  await untilOnline(program, "cab");
  return program;
}

/** The value of a new guest's session. */
async function newSession(program: Program): Promise<string> {
  const answer = await fetch(`${program.url}/c/cab`);
  await answer.body?.cancel();
  return cookiesOf(answer).get(HOST_NAME)?.value ?? "";
}

/** Who is behind these cookies. */
async function personOf(program: Program, cookie: string): Promise<string> {
  await using page = await Page.open(program, "cab", cookie);
  return idOf(page);
}

Deno.test("behind https a session's cookie has a name that no other host and no plain page can set", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await encrypted(stack);
  const answer = await fetch(`${program.url}/c/cab`);
  await answer.body?.cancel();
  const cookies = cookiesOf(answer);
  deepEqual([...cookies.keys()], [HOST_NAME, NAME], "the version before knows the second one only");
  for (const { value, attributes } of cookies.values()) {
    equal(value, cookies.get(HOST_NAME)?.value);
    for (const part of [/; Secure/, /; Path=\/(;|$)/, /; HttpOnly/, /; SameSite=Lax/, /; Max-Age=2592000/]) {
      match(attributes, part);
    }
    equal(attributes.includes("Domain"), false);
  }
});

Deno.test("a guest with a cookie of the version before keeps the cell", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await encrypted(stack);
  const value = await newSession(program);
  await using before = await Page.open(program, "cab", `${NAME}=${value}`);
  equal((await does(before, { type: "store" }))["state"], "opened");
  const answer = await fetch(`${program.url}/c/cab`, { headers: { cookie: `${NAME}=${value}` } });
  await answer.body?.cancel();
  deepEqual([...cookiesOf(answer).keys()], [], "no new guest");
  await using after = await Page.open(program, "cab", `${NAME}=${value}`);
  equal(idOf(after), idOf(before));
  equal(after.messages[0]?.["rentals"].length, 1);
  equal(await personOf(program, `${HOST_NAME}=${value}`), idOf(before));
});

Deno.test("where both names are there the safe one counts, unless it is not a session any more", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await encrypted(stack);
  const [mine, planted] = [await newSession(program), await newSession(program)];
  const [me, other] = [
    await personOf(program, `${NAME}=${mine}`),
    await personOf(program, `${NAME}=${planted}`),
  ];
  notEqual(me, other);
  equal(await personOf(program, `${NAME}=${planted}; ${HOST_NAME}=${mine}`), me);
  equal(await personOf(program, `${HOST_NAME}=${mine}; ${NAME}=${planted}`), me);
  equal(await personOf(program, `${HOST_NAME}=${mine.slice(0, -4)}AAAA; ${NAME}=${planted}`), other);
  equal(await personOf(program, `${HOST_NAME}=; ${NAME}=${planted}`), other);
});

Deno.test("signing out takes both names off the browser", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await encrypted(stack);
  const value = await newSession(program);
  const answer = await fetch(`${program.url}/me/sign-out`, {
    method: "POST",
    headers: { cookie: `${HOST_NAME}=${value}; ${NAME}=${value}`, "content-type": "application/json" },
  });
  equal(answer.status, 204);
  const cookies = cookiesOf(answer);
  deepEqual([...cookies.keys()], [HOST_NAME, NAME]);
  for (const { value, attributes } of cookies.values()) {
    equal(value, "");
    match(attributes, /Max-Age=0/);
    match(attributes, /; Secure/);
  }
});

Deno.test("without https cookies have their plain names", async () => {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await tempFolder());
  const program = stack.use(await Program.start(path));
  await putCabinet(program, "cab");
  const answer = await fetch(`${program.url}/c/cab`);
  await answer.body?.cancel();
  deepEqual([...cookiesOf(answer).keys()], [NAME]);
});

/** Where WeChat sends the phone back to, as it is reached here. */
async function wayBack(here: WechatRig): Promise<{ cookie: string; back: string }> {
  const answer = await fetch(`${here.program.url}/c/cab`, {
    headers: { "user-agent": userAgentOf("alice") },
    redirect: "manual",
  });
  await answer.body?.cancel();
  const cookies = cookiesOf(answer);
  deepEqual([...cookies.keys()], ["__Host-kaigui_login", "kaigui_login"]);
  for (const { attributes } of cookies.values()) {
    match(attributes, /; Path=\/; HttpOnly; Secure; SameSite=Lax/);
  }
  const [at] = await here.phone("alice").visit(answer.headers.get("location")?.split("#")[0] ?? "", {
    redirectsMax: 0,
  });
  const location = at.headers.get("location") ?? "";
  ok(location.startsWith("https://k.example/c/cab/in?"), location);
  const value = cookies.get("__Host-kaigui_login")?.value ?? "";
  return { cookie: value, back: location.replace("https://k.example", here.program.url) };
}

Deno.test("a login through WeChat is bound to the browser by a cookie with such a name", async () => {
  await using stack = new AsyncDisposableStack();
  const here = await wechatRig(stack, { env: ENCRYPTED });
  here.wechat.domains.add("k.example");
  const visit = async (cookie: (value: string) => string) => {
    const { cookie: value, back } = await wayBack(here);
    const answer = await fetch(back, { headers: { cookie: cookie(value) }, redirect: "manual" });
    await answer.body?.cancel();
    return [answer.status, cookiesOf(answer).has(HOST_NAME)];
  };
  const planted = "0".repeat(32);
  deepEqual(await visit((value) => `__Host-kaigui_login=${value}; kaigui_login=${planted}`), [302, true]);
  deepEqual(await visit((value) => `kaigui_login=${value}`), [302, true], "begun in the version before");
  deepEqual(await visit((value) => `__Host-kaigui_login=${planted}; kaigui_login=${value}`), [403, false]);
});
