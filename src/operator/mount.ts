import type { Context, Hono } from "hono";
import type { StatusCode } from "hono/utils/http-status";
import { z } from "zod";
import type { Actor, Cabinet, CabinetCatalog, CabinetCell } from "../locker/mod.ts";
import type { OperatorContext } from "./context.ts";
import { Problem } from "./problem.ts";
import { actorOf, bodyOf, cabinetOf, cellOf, checked, uuidOf } from "./requests.ts";
import type { Access, AnswerOf, BodyOf, PartsOf, QueryOf, Route } from "./route.ts";
import { cabinetId } from "../cabinet/words.ts";
import { sentToken } from "./token_check.ts";

/** What a handler gets of a part of the path. */
type PartValue<R extends Route, Name> = Name extends "cell" ? CabinetCell
  : [R["method"], R["path"]] extends ["PUT", string] ? string
  : R["path"] extends `/cabinets/${string}` ? Cabinet
  : string;

/** One request, checked. */
export interface CheckedRequest<R extends Route> {
  readonly c: Context;
  readonly path: { readonly [Name in PartsOf<R["path"]>]: PartValue<R, Name> };
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  /** Who does what the request asks for. */
  readonly actor: Actor;
}

/** What a handler returns: the value that is answered as JSON, or a response where it is not JSON. */
type Returned<R extends Route> = AnswerOf<R> extends string ? Response
  : R["answers"] extends { readonly 101: unknown } ? Response
  : AnswerOf<R>;

/** Puts a route on the API. */
export type Mount = <R extends Route>(
  route: R,
  handler: (call: CheckedRequest<R>) => Returned<R> | Promise<Returned<R>>,
) => void;

/** What routes are mounted with. */
type MountContext = Pick<OperatorContext, "tokens" | "cabinets">;

/**
 * Mounts declared routes on this API. Each looks at the token first, then at query, path and body, so that its
 * handler gets checked values and returns a value.
 */
export function mountOn(api: Hono, context: MountContext): Mount {
  return (route, handler) => {
    const status = Object.keys(route.answers).map(Number).find((status) => status >= 200) ?? 200;
    api.on(route.method, route.path.replace(/\{(\w+)\}/g, ":$1"), async (c) => {
      await admit(c, route.access, context);
      const call = await callOf(c, route, context);
      c.status(status as StatusCode);
      // The declaration that types the call is the one that it was checked by.
      const value: unknown = await handler(call as CheckedRequest<typeof route>);
      if (value instanceof Response) return value;
      return value === undefined ? c.body(null) : c.json(value);
    });
  };
}

/**
 * Lets a request through if it may call a route of this access.
 *
 * @throws {Problem} if the request does not have the operator token
 */
export async function admit(
  c: Context,
  access: Access,
  { tokens }: Pick<MountContext, "tokens">,
): Promise<void> {
  if (access === "public" || await tokens.admits(c)) return;
  c.header("www-authenticate", "Bearer");
  const isWrong = sentToken(c.req.header("authorization")) !== undefined;
  throw new Problem(
    401,
    isWrong ? "This is not the operator token" : "Send the operator token as Authorization: Bearer",
  );
}

async function callOf(c: Context, route: Route, { cabinets }: MountContext): Promise<CheckedRequest<Route>> {
  const query = route.query && checked(route.query, queryOf(c, route.query), "query");
  const path = await partsOf(c, route, cabinets);
  const body = route.body && await bodyOf(c, route.body);
  const actor = await actorOf(c, { ...query, ...body as object });
  return { c, path, query, body, actor } as CheckedRequest<Route>;
}

/** What an id names that is a UUID, by the list that it belongs to. */
const NAMED: Readonly<Record<string, string>> = {
  commands: "command",
  people: "person",
  permits: "permit",
  rentals: "rental",
};

async function partsOf(c: Context, { method, path }: Route, cabinets: CabinetCatalog): Promise<object> {
  const { id, cell } = c.req.param();
  if (id === undefined) return {};
  const [, list = ""] = path.split("/");
  if (list !== "cabinets") return { id: uuidOf(id, NAMED[list] ?? "item") };
  if (method === "PUT") return { id: checked(cabinetId, id, "id") };
  const cabinet = await cabinetOf(id, cabinets);
  return cell === undefined ? { id: cabinet } : { id: cabinet, cell: cellOf(cell, cabinet) };
}

/** The query, in which a parameter that is a list may come more than once. */
function queryOf(c: Context, { shape }: z.ZodObject): Record<string, unknown> {
  const query: Record<string, unknown> = c.req.query();
  for (const [name, schema] of Object.entries(shape)) {
    const of = schema instanceof z.ZodDefault ? schema.unwrap() : schema;
    if (of instanceof z.ZodArray) query[name] = c.req.queries(name);
  }
  return query;
}
