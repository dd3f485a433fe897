import { deepEqual, equal, ok } from "node:assert/strict";
import { operatorApi } from "./api.ts";
import type { OperatorContext } from "./context.ts";
import { openApi } from "./openapi.ts";
import { ROUTES } from "./contract/mod.ts";
import { recordRoutes } from "./contract/records.ts";
import type { Route } from "./route.ts";
import { ALARM_KINDS, EVENT_KINDS } from "../cabinet/kinds.ts";

/** Nothing is asked of it: only its routes are looked at. */
const context = { token: "token" } as OperatorContext;

Deno.test("openApi() describes every route there is, and none that is not", () => {
  const routes = operatorApi(context).routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, "{$1}")}`);
  const described = ROUTES.map(({ method, path }) => `${method.toLowerCase()} ${path}`);
  deepEqual(described.toSorted(), [...new Set(routes)].sort());
});

Deno.test("every kind of alarm is in the API's description and explained in docs/boards.md", async () => {
  const { components } = openApi() as {
    components: { schemas: Record<string, { properties?: { kind?: { enum?: string[] } } }> };
  };
  const described = Object.values(components.schemas).map(({ properties }) => `${properties?.kind?.enum}`);
  ok(described.includes(`${ALARM_KINDS}`), Deno.inspect(described));
  const page = await Deno.readTextFile(new URL("../../docs/boards.md", import.meta.url));
  const [, table = ""] = page.split(/^\| alarm .*\n.*\n/m);
  const explained = [...table.split("\n\n", 1).join().matchAll(/^\| `([\w-]+)` /gm)].map(([, kind]) => kind);
  deepEqual(explained.toSorted(), ALARM_KINDS.toSorted());
});

Deno.test("every kind of event is explained in docs/api.md", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/api.md", import.meta.url));
  const [, table = ""] = page.split(/^\| event .*\n.*\n/m);
  const rows = table.split("\n\n", 1).join().split("\n").map((row) => row.split("|")[1] ?? "");
  const explained = rows.flatMap((row) => [...row.matchAll(/`([\w-]+)`/g)].map(([, kind]) => kind));
  deepEqual(explained.toSorted(), EVENT_KINDS.toSorted());
});

Deno.test("every message of the feed is explained in docs/api.md and in the API's description", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/api.md", import.meta.url));
  const [, table = ""] = page.split(/^\| message .*\n.*\n/m);
  const source = await Deno.readTextFile(new URL("feed/messages.ts", import.meta.url));
  const types = [...source.matchAll(/readonly type: "(\w+)"|message\("(\w+)",/g)].map(([, a, b]) => a ?? b);
  const explained = [...table.split("\n\n", 1).join().matchAll(/^\| `([\w-]+)` /gm)].map(([, type]) => type);
  deepEqual(explained.toSorted(), [...new Set(types)].toSorted());
  const { description } = recordRoutes.feed.answers[200];
  deepEqual(explained.filter((type) => !description.includes(`\`${type}\`: `)), []);
});

/** The names of routes, such as `GET /jobs/{id}`, that the tables of calls have, or the ends of some: `POST …/cancel`. */
function routesToldOf(page: string): string[] {
  const [, calls = ""] = page.split(/^## Calls$/m);
  const [section = ""] = calls.split(/^## /m);
  const cells = section.split("\n").filter((line) => line.startsWith("| `")).map((row) =>
    row.split("|")[1] ?? ""
  );
  return cells.flatMap((cell) => {
    let methods: string[] = [];
    let isBefore = false;
    return [...cell.matchAll(/`(?:([A-Z]+) ?)?([^`?]*)[^`]*`/g)].flatMap(([, method, path = ""]) => {
      if (method !== undefined) methods = isBefore ? [...methods, method] : [method];
      isBefore = path === "";
      return isBefore || path.startsWith("&") ? [] : methods.map((method) => `${method} ${path}`);
    });
  });
}

Deno.test("every route has a row in docs/api.md, and every row a route", async () => {
  const told = routesToldOf(await Deno.readTextFile(new URL("../../docs/api.md", import.meta.url)));
  ok(told.includes("PATCH /cabinets/{id}") && told.includes("DELETE /permits/{id}"), told.join(", "));
  const isOf = (name: string) => ({ method, path }: Route) => {
    const [of, named = ""] = name.split(" ");
    return method === of && (named.startsWith("…") ? path.endsWith(named.slice(1)) : path === named);
  };
  deepEqual(told.filter((name) => !ROUTES.some(isOf(name))), []);
  const missing = ROUTES.filter((route) => !told.some((name) => isOf(name)(route)));
  deepEqual(missing.map(({ method, path }) => `${method} ${path}`), []);
});

Deno.test("openApi() says of each call who may make it", () => {
  const { paths } = openApi() as { paths: Record<string, Record<string, { description: string }>> };
  equal(paths["/staff"]?.["get"]?.description, "Takes the service's own token, or the role owner");
  equal(
    paths["/rentals"]?.["get"]?.description,
    "Takes the service's own token, or the role owner, manager or attendant",
  );
  equal(paths["/session"]?.["post"]?.description, "May be called by all");
});

Deno.test("openApi() is made once", () => {
  equal(openApi(), openApi());
});

Deno.test("openApi() refers only to what it has, and its parameters are those of the path", () => {
  const text = JSON.stringify(openApi());
  const { components } = openApi() as { components: { schemas: Record<string, unknown> } };
  const names = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name = ""]) => name);
  ok(names.length > 0);
  deepEqual(names.filter((name) => !(name in components.schemas)), []);
  const { paths } = openApi() as {
    paths: Record<string, Record<string, { parameters: { name: string; in: string }[] }>>;
  };
  for (const [path, operations] of Object.entries(paths)) {
    const expected = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { parameters } of Object.values(operations)) {
      deepEqual(parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name), expected);
    }
  }
});

/** What the tests look at of an operation. */
interface Operation {
  readonly security?: readonly object[];
  readonly parameters: readonly { name: string; in: string }[];
  readonly requestBody?: { readonly required: boolean };
}

/** The operations that are described so, as `POST /session`. */
function operationsWith(isSo: (operation: Operation) => boolean): string[] {
  const { paths } = openApi() as { paths: Record<string, Record<string, Operation>> };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) =>
      isSo(operation) ? [`${method.toUpperCase()} ${path}`] : []
    )
  );
}

/** The routes that are declared so. */
function routesWith(isSo: (route: Route) => boolean): string[] {
  return ROUTES.filter(isSo).map(({ method, path }) => `${method} ${path}`);
}

Deno.test("openApi() says by what a route knows its caller", () => {
  const takes = (...schemes: string[]) =>
    operationsWith(({ security }) => `${security?.flatMap(Object.keys)}` === `${schemes}`).toSorted();
  deepEqual(takes(), routesWith(({ access }) => access === "public").toSorted());
  deepEqual(takes("session"), routesWith(({ access }) => access === "account").toSorted());
  deepEqual(takes("token"), routesWith(({ access }) => access === "root").toSorted());
});

Deno.test("openApi() has an Idempotency-Key where one is heeded: not for an account about itself", () => {
  deepEqual(
    operationsWith(({ parameters }) => parameters.some(({ name }) => name === "Idempotency-Key")).toSorted(),
    routesWith(({ method, access }) => method === "POST" && access !== "public" && access !== "account")
      .toSorted(),
  );
});

Deno.test("openApi() says of which routes a request may lack its body", () => {
  const needed = operationsWith(({ requestBody }) => requestBody?.required === true);
  const names = ["POST /session", "POST /tokens", "POST /cabinets/{id}/permits", "PUT /staff/{id}"];
  for (const name of [...names, "PATCH /cabinets/{id}"]) {
    ok(needed.includes(name), name);
  }
  const free = operationsWith(({ requestBody }) => requestBody?.required === false);
  for (const name of ["POST /cabinets/{id}/cells/{cell}/open", "POST /staff/{id}/reset", "PATCH /account"]) {
    ok(free.includes(name), name);
  }
});
