import type { Context, Hono } from "hono";
import type { StatusCode } from "hono/utils/http-status";
import { z } from "zod";
import type { Actor, Cabinet, CabinetCell } from "../locker/mod.ts";
import { OPERATOR } from "../lib/limits.ts";
import type { OperatorContext } from "./context.ts";
import { Problem, problemOf } from "./problem.ts";
import {
  actorOf,
  bodyOf,
  type CabinetLookUp,
  cabinetOf,
  cellOf,
  checked,
  onceIn,
  uuidOf,
} from "./requests.ts";
import type { AnswerOf, BodyOf, PartsOf, QueryOf, Route } from "./route.ts";
import { cabinetId } from "../cabinet/words.ts";
import { rolesThatMay } from "../cabinet/roles.ts";
import type { Caller } from "../staff/mod.ts";
import { type Access, isAllowed, ORGANIZATION_PARAMETER, type SessionAccount } from "./access.ts";

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
  /** Who calls; `undefined` where the route is public, or is about the account itself. */
  readonly caller: CallerOf<R>;
  /** The account that calls, of a route that is about it. */
  readonly loggedIn: R["access"] extends "account" ? SessionAccount : undefined;
  /** Who does what the request asks for. */
  readonly actor: CallerOf<R> extends Caller ? Actor : undefined;
}

type CallerOf<R extends Route> = R["access"] extends "public" | "account" ? undefined : Caller;

/** What a handler returns: the value that is answered as JSON, or a response where it is not JSON. */
type Returned<R extends Route> = AnswerOf<R> extends string ? Response
  : R["answers"] extends { readonly 101: unknown } | { readonly 200: { readonly isStreamed: true } }
    ? Response
  : AnswerOf<R>;

/** Puts a route on the API. */
export type Mount = <R extends Route>(
  route: R,
  handler: (call: CheckedRequest<R>) => Returned<R> | Promise<Returned<R>>,
) => void;

/** What routes are mounted with. */
type MountContext = Pick<OperatorContext, "access" | "cabinets" | "organizations" | "refusals">;

/**
 * Mounts declared routes on this API. Each looks first at who calls and whether they may, then at query, path and body, so
 * that its handler gets checked values and returns a value.
 */
export function mountOn(api: Hono, context: MountContext): Mount {
  return (route, handler) => {
    const status = Object.keys(route.answers).map(Number).find((status) => status >= 200) ?? 200;
    api.on(route.method, route.path.replace(/\{(\w+)\}/g, ":$1"), async (c) => {
      const loggedIn = route.access === "account" ? await context.access.sessionOf(c) : undefined;
      const caller = await admit(c, route.access, context);
      const call = await callOf(c, { route, caller, loggedIn, context });
      c.status(status as StatusCode);
      // The declaration that types the call is the one that it was checked by.
      const value: unknown = await notingRefusal(c, {
        caller,
        context,
        work: () => handler(call as CheckedRequest<typeof route>),
      });
      if (value instanceof Response) return value;
      return value === undefined ? c.body(null) : c.json(value);
    });
  };
}

/** Does what a handler does; what it refuses to the caller for want of a right is noted. */
async function notingRefusal(
  c: Context,
  { caller, context: { refusals }, work }: {
    caller: Caller | undefined;
    context: MountContext;
    work: () => unknown;
  },
): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    const isRefused = problemOf(error as Error, () => {}).code === "forbidden";
    if (caller && isRefused) await refusals.note(c, caller);
    throw error;
  }
}

/**
 * Lets a request through if it may call a route of this access. What is refused for want of a permission is noted.
 *
 * @returns who calls; `undefined`: anybody, or the account itself
 * @throws {Problem} if it may not
 */
export async function admit(
  c: Context,
  access: Access,
  { access: control, organizations, refusals }: Omit<MountContext, "cabinets">,
): Promise<Caller | undefined> {
  if (access === "public" || access === "account") return undefined;
  const caller = await control.callerOf(c);
  if (await mayCall(caller, access, organizations)) return caller;
  await refusals.note(c, caller);
  throw new Problem(403, forbidden(caller, access), { code: "forbidden" });
}

async function mayCall(
  caller: Caller,
  access: CallerAccess,
  organizations: MountContext["organizations"],
): Promise<boolean> {
  if (caller.kind === "root") return true;
  if (access === "root") return false;
  if (access !== "service") return isAllowed(caller, access);
  return caller.role === "owner" && await organizations.count() === 1;
}

/** Access that needs a caller. */
type CallerAccess = Exclude<Access, "public" | "account">;

function forbidden({ role }: Caller, access: CallerAccess): string {
  if (access === "root") return "Only the service's own token may do that";
  if (access === "service") {
    return "Only the service's own token may do that, and an owner where the service has one organization";
  }
  return `The role ${role} may not do that, but ${rolesThatMay(access).join(", ")} may`;
}

async function callOf(
  c: Context,
  { route, caller, loggedIn, context: { cabinets } }: {
    route: Route;
    caller: Caller | undefined;
    loggedIn: SessionAccount | undefined;
    context: MountContext;
  },
): Promise<CheckedRequest<Route>> {
  const query = route.query && checked(route.query, queryOf(c, route.query), "query");
  const path = await partsOf(c, route, caller && { caller, cabinets });
  if (route.media) checkMedia(c, route.media);
  const body = route.body && await bodyOf(c, route.body, { isNeeded: route.needsBody });
  const actor = caller && await actorOf(c, caller, { ...query, ...body as object });
  return { c, path, query, body, caller, loggedIn, actor } as CheckedRequest<Route>;
}

/** What curl and forms call a body where nobody says what it is. */
const UNSAID = "application/x-www-form-urlencoded";

/** @throws {Problem} if the body says that it is something else */
function checkMedia(c: Context, media: readonly string[]): void {
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type === undefined || type === UNSAID || media.includes(type)) return;
  const wanted = media.join(" or ");
  if (c.req.method === "PATCH") c.header("accept-patch", media.join(", "));
  throw new Problem(415, `Send the body as ${wanted}, not as ${type.slice(0, OPERATOR.textMax)}`);
}

/** What an id names that is a UUID, by the list that it belongs to. */
const NAMED: Readonly<Record<string, string>> = {
  commands: "command",
  jobs: "job",
  people: "person",
  permits: "permit",
  rentals: "rental",
  staff: "member of staff",
  invitations: "invitation",
  tokens: "token",
  sessions: "session",
};

async function partsOf(
  c: Context,
  { method, path }: Route,
  lookUp: CabinetLookUp | undefined,
): Promise<object> {
  const { id, cell } = c.req.param();
  if (id === undefined) return {};
  const [, list = ""] = path.split("/");
  if (list !== "cabinets" || !lookUp) return { id: uuidOf(id, NAMED[list] ?? "item") };
  if (method === "PUT") return { id: checked(cabinetId, id, "id") };
  const cabinet = await cabinetOf(id, lookUp);
  return cell === undefined ? { id: cabinet } : { id: cabinet, cell: cellOf(cell, cabinet) };
}

/**
 * The query, in which a parameter that is a list may come more than once.
 *
 * @throws {Problem} if another one does: one of its values would be passed over
 */
function queryOf(c: Context, { shape }: z.ZodObject): Record<string, unknown> {
  const { [ORGANIZATION_PARAMETER]: _, ...query }: Record<string, unknown> = c.req.query();
  for (const [name, schema] of Object.entries(shape)) {
    const of = schema instanceof z.ZodDefault ? schema.unwrap() : schema;
    if (of instanceof z.ZodArray) query[name] = c.req.queries(name);
    else onceIn(c, name);
  }
  return query;
}
