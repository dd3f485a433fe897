import { createHash } from "node:crypto";
import { z } from "zod";
import { WECHAT } from "../lib/limits.ts";
import type { AccessToken } from "./tokens/access_token.ts";
import type { ApiClient } from "./api_client.ts";
import { WechatError } from "./wechat_error.ts";

/** A template message of the official account (模板消息), which reaches people outside of the page. */
export interface TemplateMessage {
  readonly openid: string;
  /** The template's id. */
  readonly template: string;
  /** The page that a tap on it opens. */
  readonly url: string;
  /** A value for each of the template's keywords, such as `thing1`; values that are too long for WeChat are cut. */
  readonly data: Readonly<Record<string, string>>;
  /** WeChat sends a person only one message with the same id within 10 minutes. */
  readonly clientMsgId: string;
}

const sent = z.object({ errcode: z.literal(0) });
/** WeChat's error code for a second message with the same id. */
const SENT_BEFORE = 45065;

/**
 * Sends the message. A message that WeChat has already counts as sent.
 *
 * @throws {WechatError} `maybeDone`: the message may have been sent all the same
 */
export async function sendTemplate(
  client: ApiClient,
  { accessToken, message }: { accessToken: AccessToken; message: TemplateMessage },
): Promise<void> {
  const body = bodyOf(message);
  try {
    await accessToken.use((access_token) =>
      client.request("/cgi-bin/message/template/send", {
        query: { access_token },
        body,
        answer: sent,
        hasEffect: true,
      })
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
      Object.entries(data).map(([keyword, value]) => [keyword, { value: keywordValue(keyword, value) }]),
    ),
    client_msg_id: messageId(clientMsgId),
  };
}

/** WeChat documents ids of up to 64 bytes, and refuses some of 34. */
function messageId(id: string): string {
  return createHash("sha256").update(id).digest("hex").slice(0, 32);
}

const CHARACTERS_MAX: ReadonlyMap<string, number> = new Map(Object.entries(WECHAT.templateCharactersMax));

/** The value as WeChat takes it for a keyword of that kind. WeChat takes no empty one. */
export function keywordValue(keyword: string, value: string): string {
  const kind = keyword.replace(/\d+$/, "");
  const most = CHARACTERS_MAX.get(kind) ?? Infinity;
  const text = value.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  const taken = kind === "character_string" ? text.replace(/[^\x20-\x7e]/g, "") : text;
  return truncated(taken.trim(), most) || "-";
}

/** Does not cut between the two halves of a surrogate pair. */
function truncated(text: string, most: number): string {
  return text.slice(0, most).replace(/[\ud800-\udbff]$/, "").trim();
}
