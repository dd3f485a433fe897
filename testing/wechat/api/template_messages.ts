import {
  json,
  readJson,
  readObject,
  readQuery,
  readText,
  type WechatAnswer,
  type WechatRequest,
} from "../exchange.ts";
import type { GlobalTokens } from "./global_tokens.ts";
import { checkKeyword, kindOf } from "../keywords.ts";
import { MESSAGE_ID_CHARACTERS_MAX, MESSAGE_ID_MS } from "../limits.ts";
import type { SharedState } from "../people.ts";
import { Refusal } from "../refusal.ts";

/** A message on a person's phone. */
export interface Delivered {
  readonly openid: string;
  readonly template: string;
  /** The values by keyword. */
  readonly data: Readonly<Record<string, string>>;
  /** The page that a tap on it opens. */
  readonly url: string | undefined;
  readonly clientMsgId: string | undefined;
  readonly msgid: number;
  /** When it came, in ms by the fake's clock. */
  readonly at: number;
}

const KEYS = ["touser", "template_id", "url", "miniprogram", "client_msg_id", "data"];

/** Template messages, and those that the account's followers received. */
export class TemplateMessages {
  /** The delivered messages, oldest first. */
  readonly delivered: Delivered[] = [];
  readonly #shared: SharedState;
  readonly #tokens: GlobalTokens;
  readonly #templates = new Map<string, readonly string[]>();

  constructor(shared: SharedState, tokens: GlobalTokens) {
    this.#shared = shared;
    this.#tokens = tokens;
  }

  /** @throws {TypeError} if a keyword has no kind that WeChat knows */
  addTemplate(id: string, keywords: readonly string[]): void {
    keywords.forEach(kindOf);
    this.#templates.set(id, keywords);
  }

  /** `POST /cgi-bin/message/template/send` */
  send(request: WechatRequest): WechatAnswer {
    this.#tokens.check(readQuery(request, { needed: ["access_token"] }).access_token);
    const body = readJson(request, KEYS);
    const message = this.#read(body);
    const double = this.#doubleOf(message);
    if (!double) this.delivered.push(message);
    return json(request.path, { errcode: 0, errmsg: "ok", msgid: (double ?? message).msgid });
  }

  #read(body: Readonly<Record<string, unknown>>): Delivered {
    const openid = readText(body, "touser");
    const isKnown = [...this.#shared.people.values()].some((person) => person.openid === openid);
    if (!isKnown) throw new Refusal(40003);
    if (!this.#shared.followers.has(openid)) throw new Refusal(43004);
    const template = readText(body, "template_id");
    const keywords = this.#templates.get(template);
    if (!keywords) throw new Refusal(40037);
    checkMiniProgram(body["miniprogram"]);
    return {
      openid,
      template,
      url: urlOf(body),
      clientMsgId: clientMsgIdOf(body),
      data: dataOf(body["data"], keywords),
      msgid: 4_000_000_000_000_000 + this.delivered.length,
      at: this.#shared.clock.now(),
    };
  }

  /** WeChat sends a person only one message with an id. What it answers to the next one is not documented. */
  #doubleOf({ openid, clientMsgId, at }: Delivered): Delivered | undefined {
    if (clientMsgId === undefined) return undefined;
    return this.delivered.find((earlier) =>
      earlier.openid === openid && earlier.clientMsgId === clientMsgId && earlier.at > at - MESSAGE_ID_MS
    );
  }
}

function urlOf(body: Readonly<Record<string, unknown>>): string | undefined {
  if (body["url"] === undefined) return undefined;
  const url = readText(body, "url");
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new Refusal(40066);
  return url;
}

function clientMsgIdOf(body: Readonly<Record<string, unknown>>): string | undefined {
  if (body["client_msg_id"] === undefined) return undefined;
  const id = readText(body, "client_msg_id");
  if (id.length > MESSAGE_ID_CHARACTERS_MAX) throw new Refusal(45067);
  return id;
}

function checkMiniProgram(value: unknown): void {
  if (value === undefined) return;
  const miniprogram = readObject(value, ["appid", "pagepath"]);
  readText(miniprogram, "appid");
  if (miniprogram["pagepath"] !== undefined) readText(miniprogram, "pagepath");
}

/** All keywords have to be there, and no others. */
function dataOf(value: unknown, keywords: readonly string[]): Record<string, string> {
  const data = readObject(value, keywords);
  return Object.fromEntries(keywords.map((keyword) => {
    const { value: text } = readObject(data[keyword] ?? {}, ["value", "color"]);
    checkKeyword(keyword, text);
    return [keyword, text];
  }));
}
