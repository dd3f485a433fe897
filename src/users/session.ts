/**
 * Sessions: a signed cookie that says who somebody is. Nothing of it is kept on the server, so every instance
 * that has the secret understands it.
 *
 * @module
 */
import type { Context } from "hono";
import { getSignedCookie, setSignedCookie } from "hono/cookie";
import { PERSON } from "../limits.ts";

const COOKIE = "kaigui_session";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads and writes the session cookie. */
export class Sessions {
  readonly #secret: string;
  readonly #wallClock: () => number;

  constructor(options: { secret: string; wallClock: () => number }) {
    this.#secret = options.secret;
    this.#wallClock = options.wallClock;
  }

  /** The id of the person who sent the request; `undefined` without a session, with a forged or an old one. */
  async personOf(c: Context): Promise<string | undefined> {
    const value = await getSignedCookie(c, this.#secret, COOKIE);
    if (!value) return undefined;
    const [person = "", until = ""] = value.split("~");
    return UUID.test(person) && Number(until) > this.#wallClock() ? person : undefined;
  }

  /** Signs the person in on the browser that gets the answer. */
  async start(c: Context, person: string, options: { secure: boolean }): Promise<void> {
    const until = this.#wallClock() + PERSON.sessionSeconds * 1000;
    await setSignedCookie(c, COOKIE, `${person}~${until}`, this.#secret, {
      path: "/",
      httpOnly: true,
      sameSite: "Lax",
      secure: options.secure,
      maxAge: PERSON.sessionSeconds,
    });
  }
}
