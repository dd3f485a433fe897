import type { Context } from "hono";
import { WechatError } from "../wechat/mod.ts";
import type { UsersEnv } from "./admission.ts";
import type { KeyedRateLimiter } from "../lib/keyed_rate_limiter.ts";
import type { UsersContext, WechatSide } from "./context.ts";

/** What the configuration works with. */
export interface JsSdkContext extends UsersContext {
  readonly wechat: WechatSide;
  readonly publicUrl: string;
  /** How often a person may ask. */
  readonly configs: KeyedRateLimiter;
}

/** Signs one of our own pages, `?url=`, which WeChat's script in it needs before it scans codes. */
export async function jsSdkConfig(c: Context<UsersEnv>, context: JsSdkContext): Promise<Response> {
  const url = URL.parse(c.req.query("url") ?? "");
  if (url?.origin !== context.publicUrl) return c.json({ error: "url" }, 400);
  if (!context.configs.takes(c.var.person.id, context.now())) {
    return c.json({ error: "too-many" }, 429, { "retry-after": "10" });
  }
  try {
    return c.json(await context.wechat.client.jsSdkConfig(c.req.query("url") ?? ""));
  } catch (error) {
    if (!(error instanceof WechatError)) throw error;
    context.failed(error);
    return c.json({ error: "away" }, 503, { "retry-after": "5" });
  }
}
