/**
 * The names of our cookies. Behind https they begin with `__Host-`: browsers take such a cookie from this very host over
 * an encrypted connection only, so that neither another host of the domain nor an attacker on the line can plant one.
 *
 * The version before knows the plain names. It may run beside this one during an upgrade, or again after it, and a
 * guest's session is the only way to what the guest has in a cell. So both names are written, and the plain one counts
 * where the other is not there, or is of a session that does not count. Mini programs, which send the header themselves, go on with the plain name.
 *
 * @module
 */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

/** How a cookie is set. */
export interface CookieOptions {
  /** Whether it is for encrypted connections only. */
  readonly secure: boolean;
  /** Seconds. @default {undefined} until the browser ends */
  readonly maxAge?: number;
}

/** The names that the cookie may come under, the one that counts first. */
export function namesOf(name: string): [safe: string, plain: string] {
  return [`__Host-${name}`, name];
}

/** The names that it is set under. */
export function namesToSet(name: string, { secure }: CookieOptions): string[] {
  return secure ? namesOf(name) : [name];
}

/** What browsers are told of it beside its value: no script reads it, and no other site sends it. */
export function attributesOf(options: CookieOptions): CookieOptions & {
  readonly path: "/";
  readonly httpOnly: true;
  readonly sameSite: "Lax";
} {
  return { path: "/", httpOnly: true, sameSite: "Lax", ...options };
}

/** The cookie's value. */
export function readCookie(c: Context, name: string): string | undefined {
  const [safe, plain] = namesOf(name);
  return getCookie(c, safe) ?? getCookie(c, plain);
}

/** Sets the cookie on the browser that gets the answer. */
export function writeCookie(
  c: Context,
  name: string,
  options: CookieOptions & { readonly value: string },
): void {
  const { value, ...how } = options;
  for (const one of namesToSet(name, how)) setCookie(c, one, value, attributesOf(how));
}

/** Takes the cookie off the browser that gets the answer. */
export function removeCookie(c: Context, name: string, options: CookieOptions): void {
  for (const one of namesToSet(name, options)) deleteCookie(c, one, attributesOf(options));
}
