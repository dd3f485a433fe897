import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { may, type Permission } from "../cabinet/roles.ts";
import { clientOf } from "../http/client_address.ts";
import { isOwnOrigin } from "../http/origin.ts";
import { LOG_IN } from "../lib/limits.ts";
import { type Caller, type Callers, ORGANIZATION_ID, type StaffSessions } from "../staff/mod.ts";
import { Problem } from "./problem.ts";
import { onceIn } from "./requests.ts";
import { sentToken, type TokenCheck } from "./token_check.ts";

/**
 * Who may call a route: all (`public`), an account about itself (`account`), callers that have the permission in the
 * organization that the call names, the service's own token (`root`), or those who run the service (`service`): its own
 * token, and owners where there is one organization.
 */
export type Access = "public" | "account" | "root" | "service" | Permission;

/** What {@linkcode AccessControl} works with. */
export interface AccessOptions {
  /** Takes the service's own token, and slows down wrong ones. */
  readonly tokens: TokenCheck;
  readonly callers: Callers;
  readonly sessions: StaffSessions;
}

/** The account that a request's session is of. */
export interface SessionAccount {
  readonly account: string;
  readonly session: string;
}

/** Names the organization of a call, where the caller has several. */
export const ORGANIZATION_HEADER = "kaigui-organization";
/** The same in an address, for what cannot send headers: WebSockets and event streams of a browser. */
export const ORGANIZATION_PARAMETER = "organization";

const TOKEN_WANTED = "Send a token as Authorization: Bearer, or log in";
const LOGIN_WANTED =
  "This is about an account that is logged in, which a token is not: log in with POST /session";
const FOREIGN_ORIGIN =
  "This comes from another site, or does not say from where: send the service's own address as Origin";

/** Finds out who calls, and whether they may. Nothing is remembered: what is taken away is gone with the next call. */
export class AccessControl {
  readonly #options: AccessOptions;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /**
   * Who calls, for the organization that the call names.
   *
   * @throws {Problem} 401 if the caller is not known; 404 if the caller does not belong to the organization; 403 if the caller's
   * role needs a second factor, or the account belongs to no organization; 400 if it belongs to several and the call names none
   */
  async callerOf(c: Context): Promise<Caller> {
    const { callers } = this.#options;
    const organization = c.req.header(ORGANIZATION_HEADER) ?? onceIn(c, ORGANIZATION_PARAMETER);
    const named = organization === undefined ? {} : { organization };
    if (c.req.header("authorization") !== undefined) return await this.#ofToken(c, named);
    const { account, session } = await this.sessionOf(c);
    const caller = await callers.ofAccount(account, { ...named, session });
    switch (caller) {
      case "none":
        throw new Problem(403, "This account belongs to no organization", { code: "no-organization" });
      case "which":
        throw new Problem(400, `This account has several organizations: name one in ${ORGANIZATION_HEADER}`, {
          code: "organization-wanted",
        });
      case "second-factor":
        throw new Problem(403, "Your role needs a second factor: set one up first", {
          code: "second-factor-wanted",
        });
      default:
        return known(caller, organization);
    }
  }

  /**
   * The account that is logged in. A request that changes something, or opens a WebSocket, has to come from our own pages:
   * a browser sends the cookie with those of others, too.
   *
   * @throws {Problem} if none is, or the request comes from elsewhere
   */
  async sessionOf(c: Context): Promise<SessionAccount> {
    const secret = staffCookieOf(c);
    const session = secret === undefined ? undefined : await this.#options.sessions.find(secret);
    if (!session) {
      const isToken = c.req.header("authorization") !== undefined;
      const wanted = isToken ? LOGIN_WANTED : TOKEN_WANTED;
      throw unauthorized(c, secret === undefined ? wanted : "This session is over: log in again");
    }
    const isRead = ["GET", "HEAD"].includes(c.req.method) && c.req.header("upgrade") === undefined;
    if (!isRead) fromOwnPage(c);
    return { account: session.account, session: session.id };
  }

  async #ofToken(c: Context, named: { organization?: string }): Promise<Caller> {
    const { callers, tokens } = this.#options;
    const token = sentToken(c.req.header("authorization"));
    const found = token === undefined ? undefined : await callers.ofToken(token, named);
    if (found !== undefined) return known(found, named.organization);
    if (await tokens.admits(c)) return known(await callers.ofRoot(named), named.organization);
    throw unauthorized(
      c,
      token === undefined ? TOKEN_WANTED : "This token is not known, or is not valid any more",
    );
  }
}

/** Whether the caller may call a route of this access. */
export function isAllowed(caller: Caller, access: Permission): boolean {
  return caller.role === undefined || may(caller.role, access);
}

function staffCookieOf(c: Context): string | undefined {
  return getCookie(c, nameOf(c));
}

/** Logs the browser in that gets the answer. */
export function setStaffCookie(c: Context, secret: string): void {
  setCookie(c, nameOf(c), secret, {
    path: "/",
    httpOnly: true,
    secure: clientOf(c).isSecure,
    sameSite: "Strict",
    maxAge: LOG_IN.sessionMs / 1000,
  });
}

/** Takes the cookie from the browser that gets the answer. */
export function deleteStaffCookie(c: Context): void {
  deleteCookie(c, nameOf(c), { path: "/", secure: clientOf(c).isSecure });
}

/** Behind https its name keeps other hosts of the domain from setting it. */
function nameOf(c: Context): string {
  return clientOf(c).isSecure ? "__Host-kaigui_staff" : "kaigui_staff";
}

/**
 * Browsers say of each such request where it comes from, so a request that does not say is from none of our pages.
 *
 * @throws {Problem} if the request does not come from a page of ours
 */
function fromOwnPage(c: Context): void {
  if (c.req.header("origin") === undefined) throw foreignOrigin();
  fromNoOtherSite(c);
}

/**
 * A page of another site could log a browser in to an account of its own. A program sends no `Origin`.
 *
 * @throws {Problem} if the request comes from a page of another site
 */
export function fromNoOtherSite(c: Context): void {
  if (!isOwnOrigin(c, { publicUrl: clientOf(c).serviceUrl, mini: false })) throw foreignOrigin();
}

function foreignOrigin(): Problem {
  return new Problem(403, FOREIGN_ORIGIN, { code: "foreign-origin" });
}

function known(caller: Caller | "unknown-organization", organization: string | undefined): Caller {
  if (caller !== "unknown-organization") return caller;
  const isId = organization !== undefined && ORGANIZATION_ID.test(organization);
  throw new Problem(404, isId ? `There is no organization ${organization}` : "There is no such organization");
}

function unauthorized(c: Context, detail: string): Problem {
  c.header("www-authenticate", "Bearer");
  return new Problem(401, detail);
}
