import { deepEqual, equal } from "node:assert/strict";
import { Hono } from "hono";
import { z } from "zod";
import { apiOver, HERE, STRAIGHT, TOKEN, tokens } from "../../testing/rigs/operator.ts";
import { clientAddress } from "../http/client_address.ts";
import type { Actor, Cabinet, CabinetCatalog } from "../locker/mod.ts";
import { ROUTES } from "./contract/mod.ts";
import { mountOn } from "./mount.ts";
import { Problem, problemOf, problemResponse } from "./problem.ts";
import { one, route } from "./route.ts";

const RIGHT = { authorization: `Bearer ${TOKEN}` };
const cabinet = { id: "cab", cells: [{ cell: 1 }] } as unknown as Cabinet;
const cabinets = {
  find: (id: string) => Promise.resolve(id === "cab" ? cabinet : undefined),
} as unknown as CabinetCatalog;

const poke = route("POST /cabinets/{id}/cells/{cell}/poke", "operator", {
  summary: "Poke a cell",
  query: z.strictObject({ word: z.array(z.string()).default([]), times: z.coerce.number().default(1) }),
  body: z.strictObject({ reason: z.string().optional() }),
  answers: { 201: one(z.object({ poked: z.string() }), "Poked") },
});
const forget = route("DELETE /people/{id}", "operator", {
  summary: "Forget",
  answers: { 204: { description: "Forgotten" } },
});

/** An API of the two routes, and the actors that asked. */
function rig() {
  const api = new Hono().use(clientAddress(STRAIGHT));
  const actors: Actor[] = [];
  const mount = mountOn(api, { tokens, cabinets });
  mount(poke, ({ path, query: { word, times }, actor }) => {
    actors.push(actor);
    return { poked: `${path.id.id} ${path.cell.cell} ${word.join("+")} ${times}` };
  });
  mount(forget, ({ path: { id } }) => {
    if (id.startsWith("0")) throw new Problem(404, "gone");
  });
  api.onError((error, c) => problemResponse(c, problemOf(error, () => {})));
  const ask = async (method: string, path: string, init: RequestInit = {}) => {
    const answer = await api.request(path, { method, headers: RIGHT, ...init }, HERE);
    const text = await answer.text();
    return [answer.status, text && (JSON.parse(text).detail ?? JSON.parse(text))];
  };
  return { ask, actors };
}

Deno.test("mountOn() hands a handler checked values, and answers what it returns with the declared status", async () => {
  const { ask, actors } = rig();
  const headers = { ...RIGHT, "idempotency-key": "k" };
  const body = JSON.stringify({ reason: "why" });
  deepEqual(
    await ask("POST", "/cabinets/cab/cells/1/poke?word=a&word=b&times=2", { headers, body }),
    [201, { poked: "cab 1 a+b 2" }],
  );
  await ask("POST", "/cabinets/cab/cells/1/poke", { headers });
  deepEqual(actors.map(({ who, reason, address }) => [who, reason, address]), [
    ["operator", "why", "127.0.0.1"],
    ["operator", undefined, "127.0.0.1"],
  ]);
  equal(actors[0]?.id, actors[1]?.id, "the same key is the same act");
  deepEqual(await ask("DELETE", "/people/5f0f7f6e-0000-4000-8000-00000000000f"), [204, ""]);
});

Deno.test("mountOn() looks at the token, the query, the path, the body and the key, in this order", async () => {
  const { ask, actors } = rig();
  const bad = { headers: { "idempotency-key": "" }, body: "{" };
  const told = async (path: string, init: RequestInit) => (await ask("POST", path, init)).join(" ");
  const withToken = (init: { headers?: Record<string, string>; body?: string }) => {
    return { ...init, headers: { ...init.headers, ...RIGHT } };
  };
  equal(
    await told("/cabinets/x/cells/9/poke?colour=red", bad),
    "401 Send the operator token as Authorization: Bearer",
  );
  equal(
    await told("/cabinets/x/cells/9/poke?colour=red", withToken(bad)),
    '422 query: Unrecognized key: "colour"',
  );
  equal(await told("/cabinets/x/cells/9/poke", withToken(bad)), "404 There is no cabinet x");
  equal(await told("/cabinets/cab/cells/9/poke", withToken(bad)), "404 There is no cell 9 in cabinet cab");
  equal(await told("/cabinets/cab/cells/1/poke", withToken(bad)), "400 The body is not valid JSON");
  const keyed = withToken({ headers: { "idempotency-key": "" } });
  equal(await told("/cabinets/cab/cells/1/poke", keyed), "400 An Idempotency-Key has 1 to 200 characters");
  deepEqual(actors, []);
  deepEqual(await ask("DELETE", "/people/ann"), [404, "There is no person ann"]);
});

Deno.test("every route says who may call it, and no other request gets through", async () => {
  const api = apiOver({ failed: () => {} });
  for (const { method, path, access } of ROUTES) {
    for (const headers of [{}, { authorization: "Bearer guess" }]) {
      const { status } = await api.request(path.replace(/[{}]/g, ""), { method, headers }, HERE);
      equal(status, { operator: 401, public: 200 }[access], `${method} ${path}`);
    }
  }
  deepEqual(ROUTES.filter(({ access }) => access === "public").map(({ path }) => path), ["/openapi.json"]);
  equal((await api.request("/nowhere", {}, HERE)).status, 401);
});
