import type { Context, MiddlewareHandler } from "hono";
import { clientOf } from "../http/client_address.ts";
import { isOwnOrigin } from "../http/origin.ts";
import type { Cabinet, Person } from "../locker/mod.ts";
import type { UsersContext } from "./context.ts";
import type { RejectedCredential, RejectionReason } from "./session/rejected_credentials.ts";
import type { PersonSession } from "./session/session.ts";

/** What routes behind {@linkcode admit} and {@linkcode signedIn} find. */
export type UsersEnv = { Variables: SignedIn & { visit: Visit } };

/** A person at a cabinet, known before anything of it is shown. */
export interface Visit {
  readonly person: Person;
  readonly cabinet: Cabinet;
  /** The client's network address. */
  readonly address: string;
}

/** The person who asks, and their session. */
export interface SignedIn {
  readonly person: Person;
  readonly session: PersonSession;
}

/** The person who asks; `undefined`: the request has no valid session. */
export async function signedInBy(c: Context, context: UsersContext): Promise<SignedIn | undefined> {
  let rejection: RejectionReason | undefined;
  for (const session of await context.sessions.of(c)) {
    const found = typeof session === "string" ? session : await verified(session, context);
    if (typeof found !== "string") return found;
    rejection ??= found;
  }
  return rejection && refuse(c, context, "cookie", rejection);
}

async function verified(
  session: PersonSession,
  { people }: UsersContext,
): Promise<SignedIn | RejectionReason> {
  const person = await people.find(session.person);
  // Not found: the person was removed, or belongs to another service with the same secret.
  if (!person) return "foreign";
  return session.since < person.sessionsFrom ? "ended" : { person, session };
}

/** Lets through who is signed in and asks from our own page. */
export function signedIn(context: UsersContext): MiddlewareHandler<UsersEnv> {
  return async (c, next) => {
    if (!isOurs(c, context)) return c.text("This page belongs to another site", 403);
    const known = await signedInBy(c, context);
    if (!known) return c.text("Open the cabinet's page first", 401);
    c.set("person", known.person);
    c.set("session", known.session);
    return await next();
  };
}

/** Lets through who looks at a cabinet that there is, `?cabinet={id}`, and has room for one more connection. */
export function admit(context: UsersContext): MiddlewareHandler<UsersEnv> {
  return async (c, next) => {
    const { person } = c.var;
    const cabinet = await context.cabinets.find(c.req.query("cabinet") ?? "");
    if (!cabinet) return c.text("There is no such cabinet", 404);
    if (!context.guard.hasRoom || !context.socketCounts.hasRoom(person.id)) {
      return c.text("Too many open pages", 429);
    }
    await context.people.noteVisit(person.id, cabinet.organization);
    c.set("visit", { person, cabinet, address: clientOf(c).address });
    return await next();
  };
}

/** Whether the request may use a person's cookie. */
export function isOurs(c: Context, context: UsersContext): boolean {
  const { publicUrl, wechat } = context;
  const isOwn = isOwnOrigin(c, { publicUrl, mini: wechat?.mini !== undefined });
  if (!isOwn) refuse(c, context, "origin", "foreign");
  return isOwn;
}

/** Reports a rejected credential. */
export function refuse(
  c: Context,
  context: UsersContext,
  what: RejectedCredential,
  why: RejectionReason,
): undefined {
  context.refused({ what, why, address: clientOf(c).address });
}
