/**
 * Who somebody is who comes from the mini program.
 *
 * @module
 */
import { z } from "zod";
import { personId, unionId } from "./answers.ts";
import type { WechatApp } from "./app.ts";
import type { Calls } from "./calls.ts";

/** Whom a code of `wx.login` stands for; the openid is another one than at the official account. */
export interface MiniSession {
  readonly openid: string;
  readonly unionid: string | undefined;
}

const session = z.object({ openid: personId, unionid: unionId });

/**
 * Finds out whom a code of `wx.login` stands for. A code works once. The session's key is not kept: nothing here reads
 * what it would open.
 *
 * @throws {WechatError}
 */
export async function miniSession(
  calls: Calls,
  { app, code }: { app: WechatApp; code: string },
): Promise<MiniSession> {
  const { openid, unionid } = await calls.ask("/sns/jscode2session", {
    query: { appid: app.appId, secret: app.appSecret, js_code: code, grant_type: "authorization_code" },
    answer: session,
    acts: true,
  });
  return { openid, unionid };
}
