/**
 * What browsers are told of every answer, whatever it is.
 *
 * @module
 */
import { equal, match } from "node:assert/strict";
import { putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie } from "../../testing/page.ts";
import { Program, TOKEN } from "../../testing/program.ts";

/** One request, and the status that shows that it is the answer that is meant. */
type Asked = [status: number, path: string, init?: RequestInit];

const OPERATOR = { headers: { authorization: `Bearer ${TOKEN}` } };
const EVERYTHING: Asked[] = [
  [200, "/c/cab"],
  [404, "/c/nowhere"],
  [200, "/"],
  [404, "/nowhere"],
  [404, "/c/cab", { method: "POST" }],
  [200, "/healthz"],
  [200, "/readyz"],
  [200, "/metrics"],
  [401, "/metrics", { headers: { "x-forwarded-for": "203.0.113.9" } }],
  [404, "/assets/none.js"],
  [401, "/ws?cabinet=cab"],
  [401, "/talk?cabinet=cab"],
  [403, "/talk?cabinet=cab", { headers: { origin: "https://evil.example" } }],
  [401, "/me/sign-out", { method: "POST" }],
  [200, "/api/v1/openapi.json"],
  [200, "/api/v1/docs"],
  [401, "/api/v1/cabinets"],
  [200, "/api/v1/cabinets", OPERATOR],
  [404, "/api/v1/nothing", OPERATOR],
  [400, "/api/v1/cabinets/cab", { ...OPERATOR, method: "PUT", body: "{" }],
  [422, "/api/v1/cabinets/cab", { ...OPERATOR, method: "PUT", body: "{}" }],
  [426, "/api/v1/cabinets/cab/raw", OPERATOR],
];

async function started(stack: AsyncDisposableStack, env: Record<string, string> = {}): Promise<Program> {
  const { path } = stack.use(await tempFolder());
  const program = stack.use(await Program.start(path, env));
  await putCabinet(program, "cab");
  return program;
}

async function headersOf(program: Program, [status, path, init]: Asked): Promise<Headers> {
  const answer = await fetch(`${program.url}${path}`, { redirect: "manual", ...init });
  await answer.body?.cancel();
  equal(answer.status, status, path);
  return answer.headers;
}

/** That the answer is guessed at by nobody, shown in no frame, and told to no other site. */
function isSafe(headers: Headers, what: string): void {
  equal(headers.get("x-content-type-options"), "nosniff", what);
  equal(headers.get("referrer-policy"), "same-origin", what);
  equal(headers.get("x-frame-options"), "DENY", what);
  match(headers.get("content-security-policy") ?? "", /default-src 'none'.*frame-ancestors 'none'/, what);
  equal(headers.get("cross-origin-resource-policy"), "same-origin", what);
  equal(headers.get("cross-origin-opener-policy"), "same-origin", what);
}

Deno.test("every answer is kept by nobody, guessed at by nobody, and shown in no frame", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack);
  const cookie = await guestCookie(program, "cab");
  const more: Asked[] = [
    [200, "/talk?cabinet=cab", { headers: { cookie } }],
    [426, "/ws?cabinet=cab", { headers: { cookie } }],
    [204, "/me/sign-out", { method: "POST", headers: { cookie, "content-type": "application/json" } }],
  ];
  for (const asked of [...EVERYTHING, ...more]) {
    const headers = await headersOf(program, asked);
    isSafe(headers, asked[1]);
    match(headers.get("cache-control") ?? "", /^no-store(, no-transform)?$/, asked[1]);
    equal(headers.get("strict-transport-security"), null, "over plain HTTP nobody is bound to https");
  }
});

Deno.test("the page's files are kept for good by their version, and are as safe", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack);
  const page = await (await fetch(`${program.url}/c/cab`)).text();
  const [, asset = ""] = /src="(\/assets\/page\.js\?v=[^"]+)"/.exec(page) ?? [];
  const headers = await headersOf(program, [200, asset]);
  isSafe(headers, asset);
  equal(headers.get("cache-control"), "public, max-age=31536000, immutable");
  equal((await headersOf(program, [200, "/assets/page.js"])).get("cache-control"), "no-cache");
});

Deno.test("behind https browsers stay with it, for this host and no other", async () => {
  await using stack = new AsyncDisposableStack();
  const known = await started(stack, { PUBLIC_URL: "https://k.example" });
  const trusting = await started(stack, { TRUSTED_PROXIES: "1" });
  for (const [program, headers] of [[known, {}], [trusting, { "x-forwarded-proto": "https" }]] as const) {
    for (const path of ["/c/cab", "/api/v1/openapi.json", "/healthz"]) {
      const answered = await headersOf(program, [200, path, { headers }]);
      equal(answered.get("strict-transport-security"), "max-age=15552000", path);
    }
  }
});
