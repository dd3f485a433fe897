/**
 * Addresses as people type them and proxies pass them on.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { api, putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie } from "../../testing/page.ts";
import { Program, TOKEN } from "../../testing/program.ts";
import { problem } from "../../src/operator/contract/shared/fields.ts";
import { PUSH_TOKEN, wechatRig } from "../../testing/wechat_rig.ts";

async function started(stack: AsyncDisposableStack): Promise<Program> {
  const { path } = stack.use(await tempFolder());
  const program = stack.use(await Program.start(path));
  await putCabinet(program, "lobby-a");
  return program;
}

/** One request whose path is sent as it is written: `fetch` would tidy it up. */
async function rawGet(program: Program, path: string, headers: Record<string, string> = {}): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: program.httpPort });
  const lines = [`GET ${path} HTTP/1.1`, "Host: k.example", "Connection: close"];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  await conn.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  return await new Response(conn.readable).text().catch(() => "");
}

Deno.test("a cabinet's page is there with a slash behind it, and with one too many", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack);
  for (
    const path of [
      "/c/lobby-a/",
      "/c/lobby-a//",
      "//c/lobby-a",
      "/c//lobby-a",
      "//c//lobby-a//?from=timeline",
    ]
  ) {
    const text = await rawGet(program, path);
    match(text, /^HTTP\/1\.1 200 /, path);
    match(text, /"cabinet":\{"id":"lobby-a"/, path);
    // The page asks for all else by paths from the root.
    match(text, /src="\/assets\/page\.js/, path);
  }
  for (const path of ["/c/lobby-a/x", "/c/", "/c", "/c/lobby-b/", "/c/Lobby-A", "/c/lobby-a%2F"]) {
    match(await rawGet(program, path), /^HTTP\/1\.1 404 /, path);
  }
});

Deno.test("what else people and programs ask for takes a slash behind it", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack);
  const cookie = await guestCookie(program, "lobby-a");
  match(await rawGet(program, "/talk/?cabinet=lobby-a", { cookie }), /^HTTP\/1\.1 200 /);
  match(await rawGet(program, "/ws/?cabinet=lobby-a", { cookie }), /^HTTP\/1\.1 426 /);
  const signOut = await fetch(`${program.url}/me/sign-out/`, {
    method: "POST",
    headers: { cookie, "content-type": "application/json" },
  });
  equal(signOut.status, 204);
  equal((await api(program, "GET", "/cabinets/")).body.items.length, 1);
  equal((await api(program, "GET", "/cabinets/lobby-a/")).status, 200);
  const body = {
    name: "B",
    board: "8a",
    registration: { text: "REG-lobby-b" },
    mode: "open",
    cells: { count: 24 },
  };
  equal((await api(program, "PUT", "/cabinets/lobby-b/", { body })).status, 201);
  equal((await api(program, "GET", "/cabinets/lobby-b")).body.name, "B");
});

Deno.test("no other spelling leads past what a proxy in front refuses", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack);
  const authorization = `Bearer ${TOKEN}`;
  for (
    const path of [
      "/metrics/",
      "//metrics",
      "//api/v1/cabinets",
      "/api//v1/cabinets",
      "/c/../api/v1/cabinets",
      "/%61pi/v1/cabinets",
      "/%6Detrics",
      "/c/../metrics",
      "/c/%2e%2e/metrics",
      "/c\\..\\metrics",
    ]
  ) {
    match(await rawGet(program, path, { authorization }), /^HTTP\/1\.1 40[04] /, path);
  }
});

Deno.test("the API answers another spelling of a path with problem details, as all that it refuses", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack);
  const authorization = `Bearer ${TOKEN}`;
  const answer = await rawGet(program, "/api/v1/cabinets/%2e%2e/lobby-a", { authorization });
  match(answer, /^HTTP\/1\.1 400 /);
  match(answer, /^content-type: application\/problem\+json\r$/mi);
  const body = JSON.parse(answer.split("\r\n\r\n")[1] ?? "");
  deepEqual(problem.parse(body), body);
  equal(body.code, "bad-request");
});

Deno.test("a login through WeChat comes back to an address with slashes, too", async () => {
  await using stack = new AsyncDisposableStack();
  const here = await wechatRig(stack);
  for (const path of ["/c/cab/", "//c/cab"]) {
    const answers = await here.phone("alice").visit(`${here.program.url}${path}`);
    deepEqual(answers.map(({ status }) => status), [302, 302, 302, 200], path);
    equal(answers.at(-1)?.url, `${here.program.url}/c/cab`);
  }
  const push = `${here.program.url}/wechat/push/`;
  equal((await here.wechat.verifyUrl(push, { token: PUSH_TOKEN })).status, 200);
  const alice = here.phone("alice");
  const [, atWechat] = await alice.visit(`${here.program.url}/c/cab`, { redirectsMax: 1 });
  const back = (atWechat?.headers.get("location") ?? "").replace("/in?", "/in/?");
  equal((await alice.visit(back)).at(-1)?.status, 200);
});
