import type { Context } from "hono";
import { clientOf } from "../http/client_address.ts";
import { PERSON } from "../lib/limits.ts";
import { texts } from "../page/text/languages.ts";
import type { SignedIn, UsersEnv } from "./admission.ts";
import type { UsersContext } from "./context.ts";
import { languageOf } from "./pages.ts";
import { isJson } from "./requests.ts";

/** Ends all sessions of the person, on this phone and on others; not a guest's who has something in a cell. */
export async function signOut(c: Context<UsersEnv>, context: UsersContext): Promise<Response> {
  if (!isJson(c)) return c.json({ error: "content-type" }, 415);
  if (await context.people.signOut(c.var.person.id) === "holding") {
    return c.json({ error: "holding", message: texts[languageOf(c)].me.holding }, 409);
  }
  context.sessions.end(c, { secure: clientOf(c).isSecure });
  return c.body(null, 204);
}

/** Renews the session where it would end before what the person has in a cell is taken out. */
export async function renewMe(c: Context<UsersEnv>, context: UsersContext): Promise<Response> {
  if (!isJson(c)) return c.json({ error: "content-type" }, 415);
  await renew(c, c.var, context);
  return c.body(null, 204);
}

/** A person who has something in a cell gets a session that lasts as long as a new one, once a day. */
export async function renew(c: Context, { person, session }: SignedIn, context: UsersContext): Promise<void> {
  const { sessions, people, wallClock } = context;
  if (wallClock() - session.since < PERSON.sessionRenewalMs) return;
  if (!await people.hasActiveRental(person.id)) return;
  await sessions.start(c, person, { secure: clientOf(c).isSecure, agoMs: PERSON.sessionRenewedAgoMs });
}

/** Removes the person with all that names them; a person who has something in a cell is removed once it is taken out. */
export async function removeMe(c: Context<UsersEnv>, context: UsersContext): Promise<Response> {
  if (!isJson(c)) return c.json({ error: "content-type" }, 415);
  const removed = await context.people.remove(c.var.person.id) !== "leaving";
  if (removed) context.sessions.end(c, { secure: clientOf(c).isSecure });
  return c.json({ removed });
}
