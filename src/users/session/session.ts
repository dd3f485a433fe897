import type { Context } from "hono";
import { generateSignedCookie, getCookie, getSignedCookie } from "hono/cookie";
import { PERSON } from "../../lib/limits.ts";
import { attributesOf, namesOf, namesToSet, removeCookie } from "./cookies.ts";
import type { RejectionReason } from "./rejected_credentials.ts";

const COOKIE = "kaigui_session";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SESSION_MS = PERSON.sessionSeconds * 1000;

/** What a request's cookie says. */
export interface PersonSession {
  readonly person: string;
  /** When it began, in milliseconds since 1970. */
  readonly since: number;
}

/** A session that was begun, as it is sent back. */
export interface SessionToken {
  /** The cookie's value. */
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/**
 * Reads and writes the signed cookie that says who a person is. Nothing of a session is kept on the server, so
 * every instance that has the secret understands it; when a person ends all their sessions, that moment is kept
 * with the person.
 */
export class Sessions {
  readonly #secret: string;
  readonly #wallClock: () => number;

  constructor(options: { secret: string; wallClock: () => number }) {
    this.#secret = options.secret;
    this.#wallClock = options.wallClock;
  }

  /** The sessions of the request's cookies, the one that counts first; or why a cookie is none. */
  async of(c: Context): Promise<(PersonSession | RejectionReason)[]> {
    const values = new Set<string>();
    const sessions: (PersonSession | RejectionReason)[] = [];
    for (const name of namesOf(COOKIE)) {
      const value = getCookie(c, name);
      if (value === undefined || values.has(value)) continue;
      values.add(value);
      sessions.push(this.#read(await getSignedCookie(c, this.#secret, name)));
    }
    return sessions;
  }

  #read(value: string | false | undefined): PersonSession | RejectionReason {
    const [person = "", end = ""] = value ? value.split("~") : [];
    const until = Number(end);
    if (!UUID.test(person) || !Number.isSafeInteger(until)) return "forged";
    return until > this.#wallClock() ? { person, since: until - SESSION_MS } : "expired";
  }

  /**
   * Signs the person in on the browser, or the app, that gets the answer.
   *
   * @param person.sessionsFrom sessions that began before are over; on another machine that may be a moment from now
   * @param options.agoMs how long ago the session counts as begun, in milliseconds. @default {0}
   */
  async start(
    c: Context,
    person: { readonly id: string; readonly sessionsFrom: number },
    { secure, agoMs = 0 }: { secure: boolean; agoMs?: number },
  ): Promise<SessionToken> {
    const until = Math.max(this.#wallClock() - agoMs, person.sessionsFrom) + SESSION_MS;
    const how = attributesOf({ secure, maxAge: PERSON.sessionSeconds });
    let value = "";
    for (const name of namesToSet(COOKIE, { secure })) {
      const cookie = await generateSignedCookie(name, `${person.id}~${until}`, this.#secret, how);
      c.header("set-cookie", cookie, { append: true });
      value = cookie.slice(name.length + 1).split(";")[0] ?? "";
    }
    return { value, until };
  }

  /** Takes the cookie off the browser that gets the answer; elsewhere it still counts. */
  end(c: Context, options: { secure: boolean }): void {
    removeCookie(c, COOKIE, options);
  }
}
