/**
 * WeChat's refusals, with their texts as services have logged them.
 *
 * @module
 */
import { requestId } from "./random.ts";

const TEXTS = {
  [-1]: "system error",
  40001: "invalid credential, access_token is invalid or not latest, could get access_token by " +
    "getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r",
  40002: "invalid grant_type",
  40003: "invalid openid",
  40013: "invalid appid",
  40029: "invalid code",
  40037: "invalid template_id",
  40052: "invalid action name",
  40053: "invalid action info, please check document",
  40066: "invalid url",
  40097: "invalid args",
  40125: "invalid appsecret",
  40163: "code been used",
  40226: "code blocked",
  41001: "access_token missing",
  41002: "appid missing",
  41004: "appsecret missing",
  41008: "missing code",
  41009: "missing openid",
  42001: "access_token expired",
  43001: "require GET method",
  43002: "require POST method",
  43004: "require subscribe",
  44002: "empty post data",
  45009: "reach max api daily quota limit",
  45011: "api minute-quota reach limit, must slower, retry next minute",
  45029: "qrcode count out of limit",
  45067: "clientmsgid size out of limit",
  47001: "data format error",
  47003: "argument invalid!",
  48001: "api unauthorized",
} as const;

/** The codes that the fake knows. */
export type Errcode = keyof typeof TEXTS;

/** WeChat refuses a call. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly errcode: Errcode;

  /** @param detail the end of the text */
  constructor(errcode: Errcode, detail = "") {
    super(`${TEXTS[errcode]}${detail}`);
    this.errcode = errcode;
  }

  /** The body of the answer, which has status 200. */
  toJson(path: string): { errcode: number; errmsg: string } {
    const joint = path.startsWith("/sns/") ? ", " : " ";
    return { errcode: this.errcode, errmsg: `${this.message}${joint}rid: ${requestId()}` };
  }
}
