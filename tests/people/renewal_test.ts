/**
 * Sessions that end before what a person has in a cell is taken out are renewed, on the running program.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { generateSignedCookie } from "hono/cookie";
import { PERSON } from "../../src/lib/limits.ts";
import { putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";

const SESSION_SECRET = "session-secret-of-the-tests";

/** The cookie as it was set so long ago. */
async function aged(cookie: string, ms: number): Promise<string> {
  const [name = "", value = ""] = cookie.split("=");
  const [person, until] = decodeURIComponent(value).split(".")[0]?.split("~") ?? [];
  const signed = await generateSignedCookie(name, `${person}~${Number(until) - ms}`, SESSION_SECRET);
  return signed.split(";")[0] ?? "";
}

/** What the program sets when it is asked for the page, or when the page asks for it: the attributes that matter. */
async function renewedBy(
  program: Program,
  path: "/c/cab" | "/me/renew",
  cookie: string,
  more = {},
): Promise<string[]> {
  const headers = { cookie, "content-type": "application/json", ...more };
  const post = path === "/me/renew" ? { method: "POST", body: "{}" } : {};
  const response = await fetch(`${program.url}${path}`, { ...post, headers });
  await response.body?.cancel();
  equal(response.ok, true);
  return response.headers.getSetCookie().map((set) => /Max-Age=\d+/.exec(set)?.[0] ?? "");
}

Deno.test("a session is renewed, once a day, for as long as something is in a cell", async () => {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await tempFolder());
  const program = stack.use(await Program.start(path, { SESSION_SECRET }));
  await putCabinet(program, "cab", { mode: "storage" });
  stack.use(await Device.connect(program, "REG-cab"));
  await untilOnline(program, "cab");
  const fresh = await guestCookie(program, "cab");
  const old = await aged(fresh, PERSON.sessionRenewalMs + 60_000);
  for (const way of ["/c/cab", "/me/renew"] as const) {
    deepEqual(await renewedBy(program, way, old), [], "nothing is in a cell");
  }
  const page = stack.use(await Page.open(program, "cab", old));
  const id = crypto.randomUUID();
  page.send({ type: "store", id });
  equal((await page.outcome(id))["state"], "opened");
  for (const way of ["/c/cab", "/me/renew"] as const) {
    deepEqual(await renewedBy(program, way, old), [`Max-Age=${PERSON.sessionSeconds}`]);
    deepEqual(await renewedBy(program, way, fresh), [], "not with every request");
  }
  const ahead = { "sec-purpose": "prefetch" };
  deepEqual(await renewedBy(program, "/c/cab", old, ahead), [], "the browser loads ahead");
});
