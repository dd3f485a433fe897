import { z } from "zod";
import { personId, unionId } from "./schemas.ts";
import type { ApiClient, WechatApp } from "./api_client.ts";

/** The person of a `wx.login` code. The openid differs from the one for the official account. */
export interface MiniProgramSession {
  readonly openid: string;
  readonly unionid: string | undefined;
}

const session = z.object({ openid: personId, unionid: unionId });

/**
 * Exchanges a code of `wx.login`, which works once. The session key in the answer is dropped: nothing here needs it to
 * decrypt data.
 *
 * @throws {WechatError}
 */
export async function miniSession(
  client: ApiClient,
  { app, code }: { app: WechatApp; code: string },
): Promise<MiniProgramSession> {
  const { openid, unionid } = await client.request("/sns/jscode2session", {
    query: { appid: app.appId, secret: app.appSecret, js_code: code, grant_type: "authorization_code" },
    answer: session,
    hasEffect: true,
  });
  return { openid, unionid };
}
