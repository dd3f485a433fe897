import { deepEqual, equal } from "node:assert/strict";
import { Hono } from "hono";
import { z } from "zod";
import { may, PERMISSIONS, ROLES } from "../cabinet/roles.ts";
import type { Reach } from "../db/organization_view.ts";
import {
  access,
  apiOver,
  HERE,
  organizations,
  refusals,
  STRAIGHT,
  TOKEN,
} from "../../testing/rigs/operator.ts";
import { clientAddress } from "../http/client_address.ts";
import type { Actor, Cabinet, CabinetCatalog } from "../locker/mod.ts";
import type { Access } from "./access.ts";
import type { OperatorContext } from "./context.ts";
import { ROUTES } from "./contract/mod.ts";
import { mountOn } from "./mount.ts";
import { Problem, problemOf, problemResponse } from "./problem.ts";
import { one, route } from "./route.ts";

const RIGHT = { authorization: `Bearer ${TOKEN}` };
const cabinet = { id: "cab", cells: [{ cell: 1 }] } as unknown as Cabinet;
const cabinets = {
  findWithin: (_reach: Reach, id: string) => Promise.resolve(id === "cab" ? cabinet : undefined),
} as unknown as CabinetCatalog;

const poke = route("POST /cabinets/{id}/cells/{cell}/poke", "attend", {
  summary: "Poke a cell",
  query: z.strictObject({ word: z.array(z.string()).default([]), times: z.coerce.number().default(1) }),
  body: z.strictObject({ reason: z.string().optional() }),
  answers: { 201: one(z.object({ poked: z.string() }), "Poked") },
});
const forget = route("DELETE /people/{id}", "manage", {
  summary: "Forget",
  answers: { 204: { description: "Forgotten" } },
});

/** An API of the two routes, and the actors that asked. */
function rig() {
  const api = new Hono().use(clientAddress(STRAIGHT));
  const actors: Actor[] = [];
  const refused: (string | undefined)[][] = [];
  const mount = mountOn(api, {
    access,
    cabinets,
    organizations: organizations(),
    refusals: refusals(refused),
  });
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
  return { ask, actors, refused };
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
    "401 Send a token as Authorization: Bearer, or log in",
  );
  equal(
    await told("/cabinets/x/cells/9/poke?colour=red", withToken(bad)),
    '422 query: there is no "colour"; there are word, times',
  );
  equal(await told("/cabinets/x/cells/9/poke", withToken(bad)), "404 There is no cabinet x");
  equal(await told("/cabinets/cab/cells/9/poke", withToken(bad)), "404 There is no cell 9 in cabinet cab");
  equal(await told("/cabinets/cab/cells/1/poke", withToken(bad)), "400 The body is not valid JSON");
  const keyed = withToken({ headers: { "idempotency-key": "" } });
  equal(await told("/cabinets/cab/cells/1/poke", keyed), "400 An Idempotency-Key has 1 to 200 characters");
  deepEqual(actors, []);
  deepEqual(await ask("DELETE", "/people/ann"), [404, "There is no person ann"]);
});

Deno.test("mountOn() refuses a query that says the same thing twice, unless it is a list", async () => {
  const { ask, actors } = rig();
  const poked = (query: string) => ask("POST", `/cabinets/cab/cells/1/poke?${query}`);
  const once = (
    name: string,
    times: number,
  ) => [422, `${name}: it is there ${times} times, and may be there once`];
  deepEqual(await poked("times=2&times=3"), once("times", 2));
  deepEqual(await poked("times=2&word=a&times=2&times=2"), once("times", 3));
  deepEqual(actors, []);
  deepEqual(await poked("word=a&word=a&times=2"), [201, { poked: "cab 1 a+a 2" }]);
});

Deno.test("mountOn() refuses a role that lacks the permission before it looks at anything else, and notes it", async () => {
  const { ask, actors, refused } = rig();
  const asked = async (
    role: string,
    path: string,
    { body = "{}", key }: { body?: string; key?: string } = {},
  ) => {
    const [status, said] = await ask("POST", path, {
      headers: { authorization: `Bearer kg_${role}`, ...key === undefined ? {} : { "idempotency-key": key } },
      body,
    });
    return [status, said.poked ?? said];
  };
  const path = "/cabinets/cab/cells/1/poke";
  for (const role of ["owner", "manager", "attendant"]) deepEqual((await asked(role, path))[0], 201, role);
  deepEqual(actors.map(({ who, role }) => [who, role]), [
    ["token:owner", "owner"],
    ["token:manager", "manager"],
    ["token:attendant", "attendant"],
  ]);
  for (const role of ["installer", "viewer"]) {
    const detail = `The role ${role} may not do that, but owner, manager, attendant may`;
    deepEqual(await asked(role, `${path}?colour=red`, { body: "{", key: "" }), [403, detail]);
    deepEqual(await asked(role, "/cabinets/x/cells/9/poke"), [403, detail], "whether there is one or not");
  }
  equal(actors.length, 3, "no handler ran");
  deepEqual(
    refused,
    ["installer", "viewer"].flatMap((role) =>
      ["cab/cells/1", "x/cells/9"].map((
        cell,
      ) => ["refused", `token:${role}`, role, "main", `POST /cabinets/${cell}/poke`])
    ),
  );
});

/** What public routes answer to a request that says nothing: most want a body. */
const PUBLIC: Readonly<Record<string, number>> = {
  "POST /session": 422,
  "POST /invitations/look": 422,
  "POST /invitations/accept": 422,
  "GET /openapi.json": 200,
  "GET /docs": 200,
};

/** Asks each route of the API, and gives what was answered to who sends this. */
async function answers(headers: HeadersInit, context: Partial<OperatorContext> = {}) {
  const api = apiOver({ failed: () => {}, reference: new Uint8Array(), ...context });
  return await Promise.all(ROUTES.map(async ({ method, path, access }) => {
    const answer = await api.request(path.replace(/[{}]/g, ""), { method, headers }, HERE);
    const { code } = answer.ok ? {} : await answer.json();
    return { name: `${method} ${path}`, access, status: answer.status, code };
  }));
}

Deno.test("every route says who may call it, and no other request gets through", async () => {
  const strangers = ["Bearer guess", "Bearer kg_guess", "Basic YTpi"].map((authorization) => ({
    authorization,
  }));
  for (const headers of [{}, ...strangers, { cookie: "kaigui_staff=guess" }]) {
    for (const { name, access, status } of await answers(headers)) {
      equal(status, access === "public" ? PUBLIC[name] : 401, `${name} ${Deno.inspect(headers)}`);
    }
  }
  deepEqual(
    ROUTES.filter(({ access }) => access === "public").map(({ method, path }) => `${method} ${path}`),
    Object.keys(PUBLIC),
  );
  equal((await apiOver({}).request("/nowhere", {}, HERE)).status, 401);
});

Deno.test("every route lets those roles through that may do what it takes, and refuses all others as forbidden", async () => {
  for (const role of ROLES) {
    for (const count of [1, 2]) {
      const context = { organizations: organizations(count) };
      for (
        const { name, access, status, code } of await answers({ authorization: `Bearer kg_${role}` }, context)
      ) {
        const about = `${name} ${role}, ${count} organizations: ${status}`;
        if (access === "public") equal(status, PUBLIC[name], about);
        else if (access === "account") equal(status, 401, `${about}: a token is not an account`);
        else if (
          access !== "root" && (access === "service" ? role === "owner" && count === 1 : may(role, access))
        ) {
          equal([401, 403].includes(status), false, about);
        } else deepEqual([status, code], [403, "forbidden"], about);
      }
    }
  }
  deepEqual(
    new Set(ROUTES.map(({ access }) => access)),
    new Set<Access>(["public", "account", "root", "service", ...PERMISSIONS]),
    "each kind of access was looked at",
  );
});
