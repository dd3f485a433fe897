/**
 * The life of staff, from the first owner's link on: joining, logging in, second factors, and what is taken away.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { api, putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { Program } from "../../testing/program.ts";
import { isProblem } from "../../testing/operator_rig.ts";
import { type DatabaseTest, testOnEach } from "../../testing/servers/databases.ts";
import {
  addOrganization,
  bearer,
  codeOf,
  firstOwner,
  linkOf,
  member,
  newToken,
  ownerLink,
  PASSWORD,
  secretOf,
  type StaffAnswer,
  StaffBrowser,
} from "../../testing/staff_client.ts";

/** The program on that database. */
async function programOn(
  { place, env }: Parameters<DatabaseTest>[0],
  stack: AsyncDisposableStack,
  more: Record<string, string> = {},
): Promise<Program> {
  return stack.use(await Program.start(place.folder, { ...env, ...more }));
}

function isRefused(answer: StaffAnswer, status: number, code: string): void {
  equal(`${answer.status} ${answer.body?.code}`, `${status} ${code}`, JSON.stringify(answer.body));
}

testOnEach("the first owner's link makes one member, once", async (database, stack) => {
  const program = await programOn(database, stack);
  const link = await ownerLink(program);
  const looked = await new StaffBrowser(program).call("POST", "/invitations/look", {
    body: { secret: secretOf(link) },
  });
  deepEqual([looked.status, looked.body.role, looked.body.organization], [200, "owner", "main"]);
  const [one, two] = [new StaffBrowser(program), new StaffBrowser(program)];
  const joined = await Promise.all([
    one.join(link, "one@example.com"),
    two.join(link, "two@example.com"),
  ]);
  deepEqual(joined.map(({ status }) => status).toSorted(), [201, 404]);
  const [winner, loser] = joined[0].status === 201 ? [one, two] : [two, one];
  equal((await winner.call("GET", "/staff")).body.items.length, 1);
  equal((await loser.call("GET", "/account")).status, 401);
  isRefused(await loser.join(link, "three@example.com"), 404, "unknown-link");
  isRefused(
    await loser.logIn(joined[0].status === 201 ? "two@example.com" : "one@example.com"),
    401,
    "wrong-password",
  );
});

Deno.test("the first owner's link can be opened where the program listens on an IPv6 address", async () => {
  await using folder = await tempFolder();
  await using program = await Program.start(folder.path, { HOST: "::1" });
  match(await ownerLink(program), /^http:\/\/\[::1\]:\d+\/console\/join#/);
});

testOnEach("an account joins a second organization and says in each call which one it means", async (
  database,
  stack,
) => {
  const program = await programOn(database, stack);
  const owner = await firstOwner(program);
  const alone = await owner.call("GET", "/organization");
  equal(alone.body.id, "main", "the only one need not be named");
  await addOrganization(program, "other");
  await addOrganization(program, "third");
  const secret = secretOf(await linkOf(program, { role: "viewer" }, { organization: "other" }));
  const joined = await owner.call("POST", "/invitations/accept", { body: { secret } });
  deepEqual(
    joined.body.memberships.map(({ organization, role }: Record<string, unknown>) => [organization, role]),
    [
      ["main", "owner"],
      ["other", "viewer"],
    ],
  );
  isRefused(await owner.call("GET", "/organization"), 400, "organization-wanted");
  const of = (organization: string) => ({ headers: { "kaigui-organization": organization } });
  equal((await owner.call("GET", "/organization", of("main"))).body.id, "main");
  equal((await owner.call("GET", "/organization", of("other"))).body.id, "other");
  isRefused(await owner.call("GET", "/staff", of("other")), 403, "forbidden");
  isProblem(await owner.call("GET", "/organization", of("third")), 404, /no organization third/);
  isProblem(await owner.call("GET", "/organization", of("nowhere")), 404, /no organization nowhere/);
  const long = await owner.call("GET", "/organization", of("a".repeat(4_000)));
  equal(long.status, 404);
  equal(JSON.stringify(long.body).length < 600, true, "what was sent is not sent back at length");
  const listed = await owner.call("GET", "/organizations", of("main"));
  deepEqual(listed.body.items.map(({ id }: { id: string }) => id), ["main", "other"]);
});

testOnEach("a second factor is asked for, each code is taken once, and a recovery code once", async (
  database,
  stack,
) => {
  const program = await programOn(database, stack);
  const owner = await firstOwner(program);
  const login = "owner@example.com";
  const { secret, code: first, recoveryCodes: [recovery = ""] } = await owner.secondFactor();
  const browser = new StaffBrowser(program);
  isRefused(await browser.logIn(login), 401, "second-factor-wanted");
  isRefused(await browser.logIn(login, { code: first }), 401, "wrong-code");
  const code = codeOf(secret, 1);
  equal((await browser.logIn(login, { code })).status, 201);
  isRefused(await new StaffBrowser(program).logIn(login, { code }), 401, "wrong-code");
  equal((await new StaffBrowser(program).logIn(login, { code: recovery })).status, 201);
  isRefused(await new StaffBrowser(program).logIn(login, { code: recovery }), 401, "wrong-code");
});

testOnEach(
  "a role that needs a second factor needs it at once, and can set it up",
  async (database, stack) => {
    const program = await programOn(database, stack);
    const owner = await firstOwner(program);
    const viewer = await member(program, "viewer@example.com", { role: "viewer" });
    equal((await viewer.call("GET", "/cabinets")).status, 200);
    const changed = await owner.call("PATCH", "/organization", { body: { secondFactorRoles: ["viewer"] } });
    equal(changed.status, 200);
    isRefused(await viewer.call("GET", "/cabinets"), 403, "second-factor-wanted");
    equal((await viewer.call("GET", "/account")).body.hasSecondFactor, false);
    await viewer.secondFactor();
    equal((await viewer.call("GET", "/cabinets")).status, 200);
    const removed = await viewer.call("POST", "/account/second-factor/remove", {
      body: { password: PASSWORD },
    });
    equal(removed.status, 204);
    isRefused(await viewer.call("GET", "/cabinets"), 403, "second-factor-wanted");
  },
);

testOnEach("a reset link gives a new password, takes the second factor and ends all sessions", async (
  database,
  stack,
) => {
  const program = await programOn(database, stack);
  const owner = await firstOwner(program);
  const viewer = await member(program, "viewer@example.com", { role: "viewer" });
  await viewer.secondFactor();
  const { id } = (await viewer.call("GET", "/account")).body;
  const made = await owner.call("POST", `/staff/${id}/reset`);
  equal(made.status, 201, JSON.stringify(made.body));
  const secret = secretOf(made.body.link);
  const looked = await new StaffBrowser(program).call("POST", "/invitations/look", { body: { secret } });
  deepEqual([looked.body.kind, looked.body.login], ["reset", "viewer@example.com"]);
  equal((await viewer.call("GET", "/account")).status, 200, "the link alone ends nothing");
  const browser = new StaffBrowser(program);
  const password = "another good password";
  const [first, second] = await Promise.all(
    [password, "a third good password"].map((password) =>
      browser.call("POST", "/invitations/accept", { body: { secret, password } })
    ),
  );
  deepEqual([first?.status, second?.status].toSorted(), [201, 404], "used twice at the same moment");
  equal((await viewer.call("GET", "/account")).status, 401);
  isRefused(await new StaffBrowser(program).logIn("viewer@example.com"), 401, "wrong-password");
  const now = first?.status === 201 ? password : "a third good password";
  equal((await new StaffBrowser(program).logIn("viewer@example.com", { password: now })).status, 201);
});

testOnEach("sessions are listed and ended, and a new password ends the others", async (database, stack) => {
  const program = await programOn(database, stack);
  const here = await firstOwner(program);
  const login = "owner@example.com";
  const [there, elsewhere] = [
    new StaffBrowser(program, { "user-agent": "there" }),
    new StaffBrowser(program, { "user-agent": "elsewhere" }),
  ];
  for (const browser of [there, elsewhere]) equal((await browser.logIn(login)).status, 201);
  const { items } = (await here.call("GET", "/sessions")).body;
  equal(items.length, 3);
  equal(items.filter(({ isThis }: { isThis: boolean }) => isThis).length, 1);
  const [{ id }] = items.filter(({ agent }: { agent: string }) => agent === "there");
  equal((await here.call("DELETE", `/sessions/${id}`)).status, 204);
  equal((await here.call("DELETE", `/sessions/${id}`)).status, 404);
  equal((await there.call("GET", "/account")).status, 401);
  const next = "another good password";
  const wrong = await here.call("POST", "/account/password", { body: { current: "a wrong password", next } });
  isRefused(wrong, 422, "wrong-password");
  equal((await elsewhere.call("GET", "/account")).status, 200);
  const changed = await here.call("POST", "/account/password", { body: { current: PASSWORD, next } });
  equal(changed.status, 204);
  equal((await elsewhere.call("GET", "/account")).status, 401);
  equal((await here.call("GET", "/account")).status, 200);
  equal((await here.call("DELETE", "/session")).status, 204);
  equal((await here.call("GET", "/account")).status, 401);
});

testOnEach("behind https the cookie is the host's alone, and other origins change nothing by it", async (
  database,
  stack,
) => {
  const program = await programOn(database, stack, { TRUSTED_PROXIES: "1" });
  const link = await ownerLink(program);
  const own = program.url.replace("http:", "https:");
  const owner = new StaffBrowser(program, { "x-forwarded-proto": "https", origin: own });
  const joined = await owner.join(link, "owner@example.com");
  equal(joined.status, 201, JSON.stringify(joined.body));
  const [set = ""] = joined.headers.getSetCookie();
  match(set, /^__Host-kaigui_staff=[\w-]{43};/);
  deepEqual(
    new Set(set.split("; ").slice(1)),
    new Set(["Max-Age=43200", "Path=/", "HttpOnly", "Secure", "SameSite=Strict"]),
  );
  await putCabinet(program, "cab");
  const body = { name: "new name" };
  for (const origin of ["https://evil.example", "null", program.url, `${own}.evil.example`, null]) {
    const refused = await owner.call("PATCH", "/account", { body, headers: { origin } });
    isRefused(refused, 403, "foreign-origin");
    const read = await owner.call("GET", "/account", { headers: { origin } });
    deepEqual([read.status, read.body.name], [200, "owner@example.com"]);
    equal(await rawStatus(program, { ...owner.headers, cookie: owner.cookie ?? "", origin }), 403);
  }
  equal((await owner.call("PATCH", "/account", { body })).body.name, "new name");
  equal(await rawStatus(program, { ...owner.headers, cookie: owner.cookie ?? "" }), 101);
  const plain = await owner.call("GET", "/account", {
    headers: { cookie: owner.cookie?.replace("__Host-", "") ?? "" },
  });
  equal(plain.status, 401, "a name that other hosts can set counts for nothing behind https");
});

/** How the raw line is answered to that handshake. */
async function rawStatus(program: Program, headers: Record<string, string | null>): Promise<number> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: program.httpPort });
  const handshake = {
    host: `127.0.0.1:${program.httpPort}`,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": btoa("sixteen bytes..."),
    ...headers,
  };
  const lines = Object.entries(handshake).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`]
  );
  await conn.write(
    new TextEncoder().encode(`GET /api/v1/cabinets/cab/raw HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`),
  );
  const buffer = new Uint8Array(256);
  const length = await conn.read(buffer);
  return Number(new TextDecoder().decode(buffer.subarray(0, length ?? 0)).split(" ")[1]);
}

testOnEach("what the Authorization header says counts before the cookie", async (database, stack) => {
  const program = await programOn(database, stack);
  const owner = await firstOwner(program);
  const { token } = await newToken(program, { role: "viewer" });
  const as = (authorization: string) => owner.call("GET", "/staff", { headers: { authorization } });
  isRefused(await as(bearer(token).authorization), 403, "forbidden");
  equal((await as(bearer(`${token.slice(0, -1)}x`).authorization)).status, 401);
  equal((await as("Basic b3duZXI6b3duZXI=")).status, 401);
  equal((await owner.call("GET", "/staff")).status, 200);
  // Several of them are one list with commas (RFC 9110, 5.3), and so no token.
  const answer = await fetch(`${program.url}/api/v1/cabinets`, {
    headers: [["authorization", `Bearer ${token}`], ["authorization", `Bearer ${token}`]],
  });
  equal(answer.status, 401);
  await answer.body?.cancel();
  await addOrganization(program, "other");
  const foreign = await api(program, "GET", "/cabinets", {
    headers: { ...bearer(token), "kaigui-organization": "other" },
  });
  isProblem(foreign, 404, /no organization other/);
});
