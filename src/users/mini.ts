/**
 * Coming in through the mini program: the code of `wx.login` for a session, with which it opens the same socket.
 *
 * @module
 */
import type { Context } from "hono";
import { z } from "zod";
import { addressOf, isSecure } from "../address.ts";
import { WechatError } from "../wechat/mod.ts";
import { isOurs, refuse } from "./admission.ts";
import type { AddressAllowance } from "../allowance.ts";
import type { UsersContext, WechatSide } from "./context.ts";
import { isJson } from "./requests.ts";

/** What a mini program's login works with. */
export interface MiniContext extends UsersContext {
  readonly wechat: WechatSide & { readonly mini: { readonly appId: string } };
  /** How often an address may ask. */
  readonly logins: AddressAllowance;
}

const body = z.strictObject({ code: z.string().regex(/^[\w-]{1,128}$/) });

/** Answers with a session: `value` goes into the header `cookie` as `kaigui_session=…`. */
export async function miniLogin(c: Context, context: MiniContext): Promise<Response> {
  if (!isOurs(c, context)) return c.json({ error: "origin" }, 403);
  if (!isJson(c)) return c.json({ error: "content-type" }, 415);
  if (!context.logins.takes(addressOf(c, context.trustedProxies), context.now())) {
    return c.json({ error: "too-many" }, 429, { "retry-after": "10" });
  }
  const { success, data } = body.safeParse(await c.req.json().catch(() => undefined));
  if (!success) return c.json({ error: "body" }, 400);
  try {
    const { openid, unionid } = await context.wechat.client.miniSession(data.code);
    const app = context.wechat.mini.appId;
    const person = await context.people.addWechat({
      app,
      openid,
      unionid,
      name: undefined,
      picture: undefined,
    });
    const { value, until } = await context.sessions.start(c, person, { secure: isSecure(c, context) });
    return c.json({
      session: value,
      until: new Date(until).toISOString(),
      you: { id: person.id, name: person.name },
    });
  } catch (error) {
    if (!(error instanceof WechatError)) throw error;
    return notLetIn(c, error, context);
  }
}

function notLetIn(c: Context, error: WechatError, context: MiniContext): Response {
  if (error.kind === "code-invalid" || error.kind === "code-used") {
    refuse(c, context, "code", error.kind === "code-used" ? "replayed" : "forged");
    return c.json({ error: error.kind }, 401);
  }
  context.failed(error);
  return c.json({ error: error.kind }, 503, { "retry-after": "5" });
}
