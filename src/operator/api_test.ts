import { deepEqual, equal, match } from "node:assert/strict";
import { apiOver, HERE } from "../../testing/rigs/operator.ts";
import type { CommandTable } from "../db/mod.ts";
import type { Cabinet, CabinetCatalog, Journal } from "../locker/mod.ts";

/** The API over a database that answers like this; nothing else of it is asked. */
function rig(view: () => Promise<never>) {
  const failures: unknown[] = [];
  const api = apiOver({
    db: { kind: "sqlite", view },
    failed: (error: unknown) => failures.push(error),
  });
  const get = async (path: string, authorization = "Bearer secret") =>
    await api.request(path, { headers: { authorization } }, HERE);
  return { get, failures };
}

const ID = "5f0f7f6e-0000-4000-8000-00000000000f";

Deno.test("operatorApi() answers 503 while the database is away, and says so to the log", async () => {
  const away = new Error("Connection terminated unexpectedly");
  const { get, failures } = rig(() => Promise.reject(away));
  const answer = await get(`/commands/${ID}`);
  equal(answer.status, 503);
  match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
  deepEqual(await answer.json(), {
    type: "about:blank",
    title: "Service Unavailable",
    status: 503,
    detail: "The database does not answer; try again",
    code: "unavailable",
  });
  equal(answer.headers.get("retry-after"), "2");
  deepEqual(failures, [away]);
});

Deno.test("operatorApi() answers 500 to a mistake of the program, without a word of it", async () => {
  const { get, failures } = rig(() => Promise.reject(new TypeError("x of undefined")));
  const answer = await get(`/commands/${ID}`);
  deepEqual([answer.status, (await answer.json()).detail], [500, "Something went wrong here"]);
  equal(failures.length, 1);
});

Deno.test("operatorApi() asks no database for an id that cannot be one, nor without a token", async () => {
  const { get, failures } = rig(() => Promise.reject(new Error("asked")));
  equal((await get("/commands/a%00b")).status, 404);
  const stranger = await get(`/commands/${ID}`, "Bearer guess");
  deepEqual([stranger.status, stranger.headers.get("www-authenticate")], [401, "Bearer"]);
  equal((await get("/openapi.json", "")).status, 200);
  deepEqual(failures, []);
});

Deno.test("operatorApi() tells a wrong token from none", async () => {
  const { get } = rig(() => Promise.reject(new Error("asked")));
  const detailOf = async (authorization: string) =>
    (await (await get("/cabinets", authorization)).json()).detail;
  equal(await detailOf("Bearer guess"), "This token is not known, or is not valid any more");
  for (const none of ["", "Bearer", "Basic YTpi"]) {
    equal(await detailOf(none), "Send a token as Authorization: Bearer, or log in", none);
  }
});

Deno.test("operatorApi() tells who sends a token to what is about an account that one has to log in", async () => {
  const { get } = rig(() => Promise.reject(new Error("asked")));
  const answer = await get("/account", "Bearer secret");
  equal(answer.status, 401);
  match((await answer.json()).detail, /account that is logged in, which a token is not/);
});

Deno.test("operatorApi() neither notes nor opens what has the key of another's command", async () => {
  const cabinet = { id: "cab", cells: [{ cell: 1 }] } as unknown as Cabinet;
  const known = { id: ID, command: "open", cabinet: "cab", cell: 1, by: "person:p" } as CommandTable;
  const api = apiOver({
    cabinets: { findWithin: () => Promise.resolve(cabinet) } as unknown as CabinetCatalog,
    journal: { find: () => Promise.resolve(known) } as unknown as Journal,
    failed: () => {},
    wallClock: Date.now,
  });
  const headers = { authorization: "Bearer secret", "idempotency-key": "ticket-5" };
  const answer = await api.request("/cabinets/cab/cells/1/open", { method: "POST", headers }, HERE);
  deepEqual([answer.status, (await answer.json()).detail], [
    422,
    "This Idempotency-Key belongs to another request",
  ]);
});
