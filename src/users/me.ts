/**
 * What a person does about himself: sign out everywhere, and be forgotten.
 *
 * @module
 */
import type { Context } from "hono";
import { isSecure } from "../address.ts";
import type { Env } from "./admission.ts";
import type { UsersContext } from "./context.ts";
import { isJson } from "./requests.ts";

/** Ends all sessions of the person, on this phone and on others. */
export async function signOut(c: Context<Env>, context: UsersContext): Promise<Response> {
  if (!isJson(c)) return c.json({ error: "content-type" }, 415);
  await context.people.endSessions(c.var.person.id);
  context.sessions.end(c, { secure: isSecure(c, context) });
  return c.body(null, 204);
}

/** Removes the person with all that names him; who has something in a cell is removed once it is taken out. */
export async function removeMe(c: Context<Env>, context: UsersContext): Promise<Response> {
  if (!isJson(c)) return c.json({ error: "content-type" }, 415);
  const removed = await context.people.remove(c.var.person.id) !== "leaving";
  if (removed) context.sessions.end(c, { secure: isSecure(c, context) });
  return c.json({ removed });
}
