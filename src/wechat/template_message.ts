/**
 * Messages to people outside of the page, by a template of the official account (模板消息).
 *
 * @module
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { WECHAT } from "../lib/limits.ts";
import type { AccessToken } from "./tokens/access_token.ts";
import type { Calls } from "./calls.ts";
import { WechatError } from "./wechat_error.ts";

/** One message. */
export interface TemplateMessage {
  readonly openid: string;
  /** The template's id. */
  readonly template: string;
  /** The page that it opens. */
  readonly url: string;
  /** A value for each of the template's keywords, such as `thing1`; cut where WeChat takes no longer one. */
  readonly data: Readonly<Record<string, string>>;
  /** WeChat sends a person only one message of the same id within 10 minutes. */
  readonly clientMsgId: string;
}

const sent = z.object({ errcode: z.literal(0) });
/** WeChat has a message of this id already. */
const SENT_BEFORE = 45065;

/**
 * Sends it.
 *
 * @throws {WechatError} `maybeDone` says whether it may have been sent all the same
 */
export async function sendTemplate(
  calls: Calls,
  { accessToken, message }: { accessToken: AccessToken; message: TemplateMessage },
): Promise<void> {
  const body = bodyOf(message);
  try {
    await accessToken.use((access_token) =>
      calls.ask("/cgi-bin/message/template/send", { query: { access_token }, body, answer: sent, acts: true })
    );
  } catch (error) {
    if (!(error instanceof WechatError && error.errcode === SENT_BEFORE)) throw error;
  }
}

function bodyOf({ openid, template, url, data, clientMsgId }: TemplateMessage): unknown {
  return {
    touser: openid,
    template_id: template,
    url,
    data: Object.fromEntries(
      Object.entries(data).map(([keyword, value]) => [keyword, { value: fitted(keyword, value) }]),
    ),
    client_msg_id: shortId(clientMsgId),
  };
}

/** WeChat says that ids have up to 64 bytes, and refuses some of 34. */
function shortId(id: string): string {
  return createHash("sha256").update(id).digest("hex").slice(0, 32);
}

const CHARACTERS_MAX: ReadonlyMap<string, number> = new Map(Object.entries(WECHAT.templateCharactersMax));

/** What WeChat takes as the value of a keyword of that kind; it takes no empty one. */
export function fitted(keyword: string, value: string): string {
  const kind = keyword.replace(/\d+$/, "");
  const most = CHARACTERS_MAX.get(kind) ?? Infinity;
  const text = value.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  const taken = kind === "character_string" ? text.replace(/[^\x20-\x7e]/g, "") : text;
  return cut(taken.trim(), most) || "-";
}

/** Some characters count as two, and are not cut in half. */
function cut(text: string, most: number): string {
  return text.slice(0, most).replace(/[\ud800-\udbff]$/, "").trim();
}
