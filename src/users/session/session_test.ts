import { deepEqual, equal, match } from "node:assert/strict";
import { Hono } from "hono";
import { PERSON } from "../../lib/limits.ts";
import { Sessions } from "./session.ts";

const PERSON_ID = "00000000-0000-4000-8000-000000000001";
const SESSION_MS = PERSON.sessionSeconds * 1000;

/** A server with sessions whose clock the test sets, and the cookie of who was signed in. */
async function rig({ secret = "the secret of the tests", sessionsFrom = 0 } = {}) {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const sessions = new Sessions({ secret, wallClock: () => clock.now });
  const app = new Hono();
  app.post(
    "/",
    async (c) => c.json(await sessions.start(c, { id: PERSON_ID, sessionsFrom }, { secure: true })),
  );
  app.get("/", async (c) => c.json(await sessions.of(c)));
  const started = await app.request("/", { method: "POST" });
  const headers = started.headers.getSetCookie();
  const { value } = await started.json();
  return {
    clock,
    headers,
    value,
    cookie: `kaigui_session=${value}`,
    async of(cookie: string) {
      return await (await app.request("/", { headers: { cookie } })).json();
    },
  };
}

Deno.test("Sessions.start() sets a cookie that no script reads and no other site sends", async () => {
  const { headers, cookie } = await rig();
  deepEqual(headers.map((header) => header.split(";")[0]), [`__Host-${cookie}`, cookie]);
  for (const header of headers) {
    for (const part of [/; HttpOnly/, /; Secure/, /; SameSite=Lax/, /; Path=\/;/, /; Max-Age=2592000/]) {
      match(header, part);
    }
  }
});

Deno.test("Sessions.of() says who it is and since when, until its time is up", async () => {
  const { of, cookie, clock } = await rig();
  const since = clock.now;
  deepEqual(await of(cookie), [{ person: PERSON_ID, since }]);
  clock.now += SESSION_MS - 1;
  deepEqual(await of(cookie), [{ person: PERSON_ID, since }]);
  clock.now++;
  deepEqual(await of(cookie), ["expired"]);
});

Deno.test("Sessions.of() finds no session without a cookie, and none in a forged one", async () => {
  const { of, cookie } = await rig();
  deepEqual(await of("kaigui_login=1"), []);
  const stranger = await rig({ secret: "another secret" });
  deepEqual(await of(stranger.cookie), ["forged"]);
  deepEqual(await of(cookie.replace("00000001", "00000002")), ["forged"]);
  deepEqual(await of("kaigui_session=nonsense"), ["forged"]);
});

Deno.test("Sessions.of() has the safe name's session first, then the plain name's where that is another", async () => {
  const { of, cookie, value, clock } = await rig();
  const session = { person: PERSON_ID, since: clock.now };
  const safe = (value: string) => `__Host-kaigui_session=${value}`;
  deepEqual(await of(`${cookie}; ${safe(value)}`), [session]);
  deepEqual(await of(`kaigui_session=nonsense; ${safe(value)}`), [session, "forged"]);
  deepEqual(await of(`${safe("nonsense")}; ${cookie}`), ["forged", session]);
  clock.now += SESSION_MS;
  deepEqual(await of(`${safe(value)}; kaigui_session=nonsense`), ["expired", "forged"]);
});

Deno.test("Sessions.start() counts from the moment the person's sessions may begin, on a slow clock too", async () => {
  const sessionsFrom = Date.UTC(2026, 0, 1) + 2000;
  const { of, cookie } = await rig({ sessionsFrom });
  equal((await of(cookie))[0].since, sessionsFrom);
});
