import { deepEqual, equal } from "node:assert/strict";
import { Hono } from "hono";
import { clientAddress } from "../http/client_address.ts";
import { PERSON } from "../lib/limits.ts";
import type { Person } from "../locker/mod.ts";
import { signedIn, signedInBy, type UsersEnv } from "./admission.ts";
import type { UsersContext } from "./context.ts";
import { renewMe } from "./me.ts";
import { Sessions } from "./session/session.ts";

const ANNE = "00000000-0000-4000-8000-00000000000a";
const BERT = "00000000-0000-4000-8000-00000000000b";

/** A server that knows two people, whose clock the test sets. */
function rig() {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const wallClock = () => clock.now;
  const sessions = new Sessions({ secret: "the secret of the tests", wallClock });
  const sessionsFrom: Record<string, number> = { [ANNE]: 0, [BERT]: 0 };
  const told: string[] = [];
  /** Is done while a request is being answered. */
  const meanwhile = { do: () => {} };
  const find = (id: string): Promise<Person> =>
    Promise.resolve({
      id,
      isGuest: true,
      name: "",
      number: undefined,
      picture: undefined,
      sessionsFrom: sessionsFrom[id] ?? 0,
    });
  const hasActiveRental = () => {
    meanwhile.do();
    return Promise.resolve(true);
  };
  const context = {
    sessions,
    people: { find, hasActiveRental },
    publicUrl: "https://k.example",
    refused: ({ what, why }: { what: string; why: string }) => told.push(`${what} ${why}`),
    wallClock,
  } as unknown as UsersContext;
  const app = new Hono<UsersEnv>();
  app.use(clientAddress({ publicUrl: context.publicUrl, trustedProxies: 0 }));
  app.get("/in/:id", async (c) => {
    await sessions.start(c, { id: c.req.param("id"), sessionsFrom: 0 }, { secure: true });
    return c.text("");
  });
  app.get("/who", async (c) => c.text((await signedInBy(c, context))?.person.id ?? "nobody"));
  app.post("/me/renew", signedIn(context), (c) => renewMe(c, context));
  const ask = async (path: string, cookies: readonly string[] = [], method = "GET") => {
    const headers = { cookie: cookies.join("; "), "content-type": "application/json" };
    const env = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 } };
    const answer = await app.request(path, { method, headers }, env);
    const set = answer.headers.getSetCookie().map((header) => header.split(";")[0] ?? "");
    return { text: await answer.text(), set: set as [safe: string, plain: string] };
  };
  return { clock, sessionsFrom, told, meanwhile, ask };
}

Deno.test("signedInBy() goes by the plain cookie where the safe one's session has ended", async () => {
  const { ask, clock, sessionsFrom, told } = rig();
  const [safe] = (await ask(`/in/${ANNE}`)).set;
  sessionsFrom[ANNE] = clock.now += 10;
  const [, plain] = (await ask(`/in/${BERT}`)).set;
  equal((await ask("/who", [safe, plain])).text, BERT);
  deepEqual(told, [], "somebody is believed");
  sessionsFrom[BERT] = clock.now += 10;
  equal((await ask("/who", [safe, plain])).text, "nobody");
  deepEqual(told, ["cookie ended"]);
});

Deno.test("renewMe() starts no session that outlives a sign-out which is written meanwhile", async () => {
  const { ask, clock, sessionsFrom, meanwhile } = rig();
  const { set: old } = await ask(`/in/${ANNE}`);
  clock.now += PERSON.sessionRenewalMs;
  // It took its moment before the renewal was asked for, and is written while that looks for rentals.
  const signedOutAt = clock.now;
  clock.now += 1_000;
  meanwhile.do = () => {
    sessionsFrom[ANNE] = signedOutAt;
    clock.now += 1_000;
  };
  const { set: renewed } = await ask("/me/renew", old, "POST");
  equal(renewed.length, 2);
  equal((await ask("/who", old)).text, "nobody");
  equal((await ask("/who", renewed)).text, "nobody");
});

Deno.test("renewMe() starts a session that counts, also soon after a sign-out", async () => {
  const { ask, clock, sessionsFrom } = rig();
  sessionsFrom[ANNE] = clock.now;
  const { set: old } = await ask(`/in/${ANNE}`);
  clock.now += PERSON.sessionRenewalMs;
  const { set: renewed } = await ask("/me/renew", old, "POST");
  clock.now += PERSON.sessionSeconds * 1_000 - PERSON.sessionRenewalMs;
  equal((await ask("/who", old)).text, "nobody");
  equal((await ask("/who", renewed)).text, ANNE);
});
