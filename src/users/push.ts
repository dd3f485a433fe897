/**
 * What WeChat's server pushes to the official account: who scanned a cabinet's scene code gets a card that opens its
 * page, and who unsubscribes is forgotten. WeChat sends again, three times in all, what is not answered within 5 s.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { WECHAT } from "../lib/limits.ts";
import {
  BadPushError,
  isSignedPush,
  newsReply,
  openEnvelope,
  parsePush,
  type Push,
  sealEnvelope,
  textReply,
} from "../wechat/mod.ts";
import { refuse } from "./admission.ts";
import type { AccountSide, UsersContext } from "./context.ts";
import type { RejectionReason } from "./session/rejected_credentials.ts";

/** WeChat takes it for an answer and tells the person nothing. */
const NOTHING = "success";

/** What pushes work with. */
export interface PushContext extends UsersContext {
  readonly publicUrl: string;
  readonly account: AccountSide & { readonly token: string };
}

/** WeChat asks once whether this is the right server. */
export function answerVerification(c: Context, context: PushContext): Response {
  const rejection = rejectionOf(c, context);
  if (rejection !== undefined) return reject(c, context, rejection);
  return c.text(c.req.query("echostr") ?? "");
}

/** Lets nothing through that WeChat has not signed: of a stranger's body nothing is read. */
export function signedByWechat(context: PushContext): MiddlewareHandler {
  return async (c, next) => {
    const rejection = rejectionOf(c, context);
    return rejection === undefined ? await next() : reject(c, context, rejection);
  };
}

/** Takes one message that WeChat has signed. */
export async function answerPush(c: Context, context: PushContext): Promise<Response> {
  const push = await read(c, context);
  if (typeof push === "string") return reject(c, context, push);
  if (!await isNews(c, push, context)) return reject(c, context, "replayed");
  const reply = await replyTo(push, context);
  if (reply === undefined) return c.text(NOTHING);
  return c.body(sealed(reply, context), 200, { "content-type": "application/xml; charset=utf-8" });
}

function rejectionOf(c: Context, { account, wallClock }: PushContext): RejectionReason | undefined {
  const { signature = "", timestamp = "", nonce = "" } = c.req.query();
  if (!isSignedPush({ token: account.token, signature, timestamp, nonce })) return "forged";
  const ageMs = Math.abs(wallClock() - Number(timestamp) * 1000);
  return ageMs <= WECHAT.pushAgeMs ? undefined : "expired";
}

/** The message, out of its envelope where the account uses safe mode; `forged`: it is none, or not for us. */
async function read(c: Context, { account }: PushContext): Promise<Push | RejectionReason> {
  const { timestamp = "", nonce = "", msg_signature: signature = "" } = c.req.query();
  const { token, aesKey, appId } = account;
  const body = await c.req.text();
  try {
    if (aesKey === undefined) return parsePush(body);
    return parsePush(openEnvelope(body, { token, aesKey, appId, signature, timestamp, nonce }));
  } catch (error) {
    if (error instanceof BadPushError) return "forged";
    throw error;
  }
}

/**
 * Whether to believe it. What is sent again says what it said before; but without an envelope a signature says nothing
 * of the message, so a signature that was seen must not work for another message.
 */
async function isNews(c: Context, push: Push, { singleUseKeys, wallClock }: PushContext): Promise<boolean> {
  const until = wallClock() + 2 * WECHAT.pushAgeMs;
  const message = `push message ${push.id}`;
  return await singleUseKeys.use([`push ${c.req.query("signature")}`, message], until) ||
    await singleUseKeys.wasUsed(message);
}

/** What the person is answered; `undefined`: nothing. Doing it again changes nothing and says the same. */
async function replyTo(push: Push, context: PushContext): Promise<string | undefined> {
  const { people, cabinets, publicUrl, account, wallClock } = context;
  if (push.type === "unsubscribe") {
    await people.forget({ app: account.appId, openid: push.from });
    return undefined;
  }
  if (push.type !== "subscribe" && push.type !== "scan") return undefined;
  const way = { to: push.from, from: push.to, at: wallClock() };
  const cabinet = push.scene === undefined ? undefined : await cabinets.find(push.scene);
  if (!cabinet) return textReply({ ...way, text: push.scene === undefined ? WELCOME : UNKNOWN });
  return newsReply({
    ...way,
    title: cabinet.name,
    description: TAP,
    url: `${publicUrl}/c/${encodeURIComponent(cabinet.id)}`,
  });
}

function sealed(xml: string, { account, wallClock }: PushContext): string {
  const { token, aesKey, appId } = account;
  return aesKey === undefined ? xml : sealEnvelope(xml, { token, aesKey, appId, now: wallClock() });
}

function reject(c: Context, context: UsersContext, why: RejectionReason): Response {
  refuse(c, context, "push", why);
  return c.text("This did not come from WeChat", 403);
}

const TAP = "点这里开柜 · Tap here to open the cabinet";
const WELCOME = "扫一扫柜子上的二维码，就能开柜。\nScan the code on a cabinet to open it.";
const UNKNOWN = "没有找到这个柜子，请联系管理员。\nThis cabinet was not found. Please ask the operator.";
