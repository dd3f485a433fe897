import type { Context } from "hono";
import { z } from "zod";
import { clientOf } from "../../http/client_address.ts";
import { WECHAT } from "../../lib/limits.ts";
import type { Person } from "../../locker/mod.ts";
import { WechatError } from "../../wechat/mod.ts";
import { isOurs, refuse } from "../admission.ts";
import type { AddressRateLimiter } from "../../lib/keyed_rate_limiter.ts";
import type { UsersContext, WechatSide } from "../context.ts";
import { isJson } from "../requests.ts";

/** What a mini program's login works with. */
export interface MiniContext extends UsersContext {
  readonly wechat: WechatSide & { readonly mini: { readonly appId: string } };
  /** How often an address may ask. */
  readonly logins: AddressRateLimiter;
}

const body = z.strictObject({ code: z.string().regex(/^[\w-]{1,128}$/) });

/**
 * Signs in through the mini program: takes the code of `wx.login` and answers with a session, with which it opens
 * the same socket. `value` goes into the header `cookie` as `kaigui_session=…`.
 */
export async function miniLogin(c: Context, context: MiniContext): Promise<Response> {
  if (!isOurs(c, context)) return c.json({ error: "origin" }, 403);
  if (!isJson(c)) return c.json({ error: "content-type" }, 415);
  if (!context.logins.takes(clientOf(c).address, context.now())) {
    return c.json({ error: "too-many" }, 429, { "retry-after": "10" });
  }
  const { success, data } = body.safeParse(await c.req.json().catch(() => undefined));
  if (!success) return c.json({ error: "body" }, 400);
  const outcome = await outcomeOf(c, data.code, context);
  if (!outcome.startsWith(PERSON_PREFIX)) return notLetIn(c, outcome);
  const person = await context.people.find(outcome.slice(PERSON_PREFIX.length));
  return person ? await letIn(c, person, context) : notLetIn(c, "code-used");
}

/** Prefix of an outcome that is a person's id; any other outcome is the kind of WeChat's error. */
const PERSON_PREFIX = "person:";

/** The outcome of the code. It works once; a request that is sent again while the first is answered gets the same. */
async function outcomeOf(c: Context, code: string, context: MiniContext): Promise<string> {
  const { singleUseKeys, wallClock } = context;
  const outcome = await singleUseKeys.share(`mini code ${code}`, {
    until: wallClock() + WECHAT.codeMs,
    work: () => exchanged(c, code, context),
  });
  if (outcome === undefined) refuse(c, context, "code", "replayed");
  return outcome ?? "code-used";
}

/** Asks WeChat for the person of the code. */
async function exchanged(c: Context, code: string, context: MiniContext): Promise<string> {
  const { wechat: { client, mini: { appId: app } }, people, failed } = context;
  try {
    const { openid, unionid } = await client.miniSession(code);
    const { id } = await people.addWechat({ app, openid, unionid, name: undefined, picture: undefined });
    return `${PERSON_PREFIX}${id}`;
  } catch (error) {
    if (!(error instanceof WechatError)) throw error;
    if (error.kind === "code-used") refuse(c, context, "code", "replayed");
    else if (error.kind === "code-invalid") refuse(c, context, "code", "forged");
    else failed(error);
    return error.kind;
  }
}

async function letIn(c: Context, person: Person, context: MiniContext): Promise<Response> {
  const { value, until } = await context.sessions.start(c, person, { secure: clientOf(c).isSecure });
  return c.json({
    session: value,
    until: new Date(until).toISOString(),
    you: { id: person.id, name: person.name },
  });
}

function notLetIn(c: Context, error: string): Response {
  if (error === "code-invalid" || error === "code-used") return c.json({ error }, 401);
  return c.json({ error }, 503, { "retry-after": "5" });
}
