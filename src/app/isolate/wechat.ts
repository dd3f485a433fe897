import type { IsolateOptions } from "./options.ts";
import { TokenStore } from "../../db/queries/fleet/tokens.ts";
import { type Database, isDatabaseUnavailable } from "../../db/mod.ts";
import { now, wallClock } from "./ground.ts";
import { NoticeError, type NoticeSender, type NoticeToSend, type WantedNotices } from "../../locker/mod.ts";
import type { WechatSide } from "../../users/mod.ts";
import { Wechat, WechatError } from "../../wechat/mod.ts";
import type { AccountSettings, NoticeField, NoticeTemplate } from "../settings/wechat_settings.ts";

/** What people from WeChat are served with; `undefined`: WeChat is not set up. */
export function wechatSide({ wechat }: IsolateOptions, db: Database): WechatSide | undefined {
  if (wechat === undefined) return undefined;
  const { account, mini, apiUrl, openUrl, proofs } = wechat;
  const tokens = new TokenStore(db, { wallClock });
  const client = new Wechat({ account, mini, apiUrl, openUrl, tokens, fetch, now, wallClock });
  return { client, account, mini, proofs };
}

/** The notices that the account has templates for; `undefined`: none. */
export function wantedNotices({ wechat }: IsolateOptions): WantedNotices | undefined {
  const { templates = {}, appId = "" } = wechat?.account ?? {};
  const kinds = new Set(Object.keys(templates) as (keyof typeof templates)[]);
  if (kinds.size === 0) return undefined;
  return { app: appId, kinds, withCode: templates.stored?.keywords.code !== undefined };
}

/** Sends notices as template messages of the account. */
export class TemplateSender implements NoticeSender {
  readonly #client: Wechat;
  readonly #templates: AccountSettings["templates"];
  readonly #publicUrl: string;

  constructor(client: Wechat, options: { templates: AccountSettings["templates"]; publicUrl: string }) {
    this.#client = client;
    this.#templates = options.templates;
    this.#publicUrl = options.publicUrl;
  }

  async send(notice: NoticeToSend): Promise<void> {
    const template = this.#templates[notice.kind];
    if (!template) throw new NoticeError("There is no template for it any more", { kind: "final" });
    try {
      await this.#client.sendTemplate({
        openid: notice.openid,
        template: template.id,
        url: `${this.#publicUrl}/c/${encodeURIComponent(notice.cabinet.id)}`,
        data: dataOf(notice, template.keywords),
        clientMsgId: notice.id,
      });
    } catch (error) {
      if (error instanceof WechatError) throw new NoticeError(error.message, { kind: kindOf(error) });
      // The access token is read from the database before anything is sent.
      if (isDatabaseUnavailable(error)) {
        throw new NoticeError("The database does not answer", { kind: "later", cause: error });
      }
      throw error;
    }
  }
}

function kindOf({ kind, maybeDone }: WechatError): NoticeError["kind"] {
  if (maybeDone) return "unsure";
  return kind === "away" || kind === "busy" ? "later" : "final";
}

/** The text of each keyword. */
function dataOf(notice: NoticeToSend, keywords: NoticeTemplate["keywords"]): Record<string, string> {
  const values = valuesOf(notice);
  return Object.fromEntries(
    Object.entries(keywords).flatMap(([field, keyword]) => {
      const value = values[field as NoticeField] ?? (TIMES.test(keyword) ? undefined : NONE);
      return value === undefined ? [] : [[keyword, value]];
    }),
  );
}

function valuesOf({ cell, cabinet, code, at, until }: NoticeToSend): Record<NoticeField, string | undefined> {
  return {
    cell: String(cell),
    place: cabinet.name,
    code,
    time: inChina(at),
    until: until === undefined ? undefined : inChina(until),
  };
}

/** The text where there is nothing to say: WeChat refuses an empty one. */
const NONE = "-";
/** Keywords that take nothing but a time: they are left out where there is none. */
const TIMES = /^(time|date)\d*$/;

/** People on WeChat are told China's time, wherever the program runs. */
const CHINA = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai",
  dateStyle: "short",
  timeStyle: "short",
});

/** Such as `2026-01-31 18:05`, which WeChat's `time` keywords take. */
function inChina(at: number): string {
  return CHINA.format(at);
}
