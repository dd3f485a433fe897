/**
 * Coming in through WeChat's browser: to WeChat and back, with a state that works once (`snsapi_base` shows the person
 * nothing of it; `snsapi_userinfo` asks for name and picture).
 *
 * @module
 */
import type { Context } from "hono";
import { clientOf } from "../../http/client_address.ts";
import { PERSON } from "../../lib/limits.ts";
import type { Cabinet } from "../../locker/mod.ts";
import { isWechatBrowser, type LoginGrant, WechatError } from "../../wechat/mod.ts";
import { refuse, signedInBy } from "../admission.ts";
import type { AddressRateLimiter } from "../../lib/keyed_rate_limiter.ts";
import type { AccountSide, UsersContext, WechatSide } from "../context.ts";
import { readCookie, writeCookie } from "./cookies.ts";
import { notice } from "../pages.ts";
import { answerPreview, isPreview } from "../preview.ts";

/** Binds a login to the browser that began it. */
const COOKIE = "kaigui_login";
/** 16 bytes in hex. */
const BROWSER = /^[0-9a-f]{32}$/;
/** WeChat's codes are letters, digits and a few signs. */
const CODE = /^[\w-]{1,128}$/;

/** What a login works with. */
export interface LoginContext extends UsersContext {
  readonly wechat: WechatSide & { readonly account: AccountSide };
  readonly publicUrl: string;
  /** How often an address may come back from WeChat. */
  readonly logins: AddressRateLimiter;
}

/** Whether the request comes from WeChat's browser; only there does WeChat say who a person is. */
export function isInWechat(c: Context): boolean {
  return isWechatBrowser(c.req.header("user-agent") ?? "");
}

/** Sends the person to WeChat, which sends them back to {@linkcode comeBack}. */
export function sendToWechat(c: Context, cabinet: Cabinet, context: LoginContext): Response {
  const { wechat, states, publicUrl } = context;
  const browser = browserOf(c) ?? crypto.getRandomValues(new Uint8Array(16)).toHex();
  writeCookie(c, COOKIE, { value: browser, secure: clientOf(c).isSecure, maxAge: PERSON.loginMs / 1000 });
  return c.redirect(wechat.client.authorizeUrl({
    redirectUri: `${publicUrl}/c/${encodeURIComponent(cabinet.id)}/in`,
    scope: wechat.account.scope,
    state: states.make({ cabinet: cabinet.id, browser }),
  }));
}

/**
 * Takes a person who comes back from WeChat, and shows the cabinet at an address that can be loaded again. WebViews ask twice
 * at once and show the second answer, so both sign in.
 */
export async function comeBack(c: Context, cabinet: Cabinet, context: LoginContext): Promise<Response> {
  if (isPreview(c)) return await answerPreview(c);
  const clean = `/c/${encodeURIComponent(cabinet.id)}`;
  if (!context.logins.takes(clientOf(c).address, context.now())) {
    return notice(c, { kind: "too-many", status: 429, again: clean });
  }
  const outcome = await outcomeOf(c, cabinet, context);
  if (outcome === undefined) {
    // Back, or loaded again: a person who is signed in already wants the page and not an explanation.
    return await signedInBy(c, context) ? c.redirect(`${clean}#`) : sorry(c, "login-again", clean);
  }
  if (!isPerson(outcome)) return sorry(c, outcome, clean);
  const person = await context.people.find(outcome.slice(PERSON_PREFIX.length));
  if (!person) return sorry(c, "login-again", clean);
  await context.sessions.start(c, person, { secure: clientOf(c).isSecure });
  // With a fragment of its own, or the browser would keep WeChat's.
  return c.redirect(`${clean}#`);
}

/** The outcome of a login: the person, or what to tell them. */
type LoginOutcome = `${typeof PERSON_PREFIX}${string}` | Sorry;
type Sorry = "login-refused" | "snapshot-user" | "login-again" | "wechat-away";
const PERSON_PREFIX = "person:";

function isPerson(outcome: LoginOutcome): outcome is Exclude<LoginOutcome, Sorry> {
  return outcome.startsWith(PERSON_PREFIX);
}

function sorry(c: Context, kind: Sorry, again: string): Response | Promise<Response> {
  return notice(c, { kind, status: kind === "wechat-away" ? 503 : 403, again });
}

/** The outcome of the state and the code that came back; `undefined`: the state is not believed. It works once. */
async function outcomeOf(
  c: Context,
  cabinet: Cabinet,
  context: LoginContext,
): Promise<LoginOutcome | undefined> {
  const { states, singleUseKeys } = context;
  const bound = { cabinet: cabinet.id, browser: browserOf(c) ?? "" };
  const checked = states.check(c.req.query("state") ?? "", bound);
  if (typeof checked === "string") return refuse(c, context, "state", checked);
  const outcome = await singleUseKeys.share(`login ${checked.nonce}`, {
    until: checked.until,
    work: () => exchanged(c, context),
  });
  return outcome === undefined ? refuse(c, context, "state", "replayed") : outcome as LoginOutcome;
}

/** Asks WeChat for the person of its code. */
async function exchanged(c: Context, context: LoginContext): Promise<LoginOutcome> {
  const { wechat, people } = context;
  const code = c.req.query("code");
  if (code === undefined || code === "") {
    refuse(c, context, "person", "declined");
    return "login-refused";
  }
  try {
    if (!CODE.test(code)) throw new WechatError("The code has other characters", { kind: "code-invalid" });
    const granted = await wechat.client.exchange(code);
    if (granted.isSnapshotUser) {
      refuse(c, context, "person", "snapshot");
      return "snapshot-user";
    }
    const described = await describedBy(granted, context);
    const { id } = await people.addWechat({ app: wechat.account.appId, ...described });
    return `${PERSON_PREFIX}${id}`;
  } catch (error) {
    if (!(error instanceof WechatError)) throw error;
    return whatToTell(c, error, context);
  }
}

/** Name and picture where the person lets us know them; without an answer the person comes in all the same. */
async function describedBy(granted: LoginGrant, { wechat, failed }: LoginContext) {
  const { openid, unionid, scope, accessToken } = granted;
  const unnamed = { openid, unionid, name: undefined, picture: undefined };
  if (!scope.includes("snsapi_userinfo")) return unnamed;
  try {
    const { name, picture, unionid: told } = await wechat.client.userInfo({ accessToken, openid });
    return { openid, unionid: unionid ?? told, name, picture };
  } catch (error) {
    if (!(error instanceof WechatError)) throw error;
    failed(error);
    return unnamed;
  }
}

function whatToTell(c: Context, error: WechatError, context: LoginContext): Sorry {
  if (error.kind === "code-invalid" || error.kind === "code-used") {
    refuse(c, context, "code", error.kind === "code-used" ? "replayed" : "forged");
    return "login-again";
  }
  context.failed(error);
  return "wechat-away";
}

function browserOf(c: Context): string | undefined {
  const browser = readCookie(c, COOKIE);
  return browser !== undefined && BROWSER.test(browser) ? browser : undefined;
}
