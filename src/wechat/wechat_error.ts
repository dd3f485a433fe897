/**
 * Why a call failed.
 *
 * - `code-invalid`: the login's code is unknown or expired; `code-used`: it was used before
 * - `not-following`: the person takes no messages from the account
 * - `busy`: a quota is used up
 * - `away`: there was no answer in time, or no valid one
 * - `refused`: everything else; the same call fails again
 */
export type WechatErrorKind = "code-invalid" | "code-used" | "refused" | "busy" | "away" | "not-following";

/** The codes for an access token that is not valid any more, even if it has not expired. */
const STALE_TOKEN: readonly number[] = [40001, 40014, 42001];

/**
 * WeChat's error codes, as far as this service treats them differently. Source: developers.weixin.qq.com, 全局返回码 and
 * the pages of the calls. WeChat's own texts are not passed on, because they may repeat what was sent.
 */
const CODES: ReadonlyMap<number, readonly [WechatErrorKind, string]> = new Map([
  [-1, ["away", "WeChat is busy"]],
  [40001, ["refused", "the app secret or the access token is wrong"]],
  [40003, ["not-following", "the person is unknown to the account"]],
  [40013, ["refused", "the app id is wrong"]],
  [40014, ["refused", "the access token is wrong"]],
  [40029, ["code-invalid", "the code is wrong or too old"]],
  [40037, ["refused", "the template's id is wrong"]],
  [40125, ["refused", "the app secret is wrong"]],
  [40163, ["code-used", "the code was used before"]],
  [40164, ["refused", "this machine's address is not on the account's allow-list"]],
  [40226, ["refused", "the person is blocked by WeChat"]],
  [41008, ["code-invalid", "the code is missing"]],
  [42001, ["refused", "the access token is too old"]],
  [42003, ["code-invalid", "the code is too old"]],
  [43004, ["not-following", "the person does not follow the account"]],
  [43019, ["not-following", "the account has blocked the person"]],
  [43101, ["not-following", "the person does not want it"]],
  [45009, ["busy", "the quota is used up"]],
  [45011, ["busy", "too many calls in this minute"]],
  [45066, ["busy", "the same message again too soon"]],
  [47003, ["refused", "a value does not fit its keyword in the template"]],
  [48001, ["refused", "the account may not do this"]],
  [50005, ["not-following", "the person does not follow the account"]],
]);

/** The kind of an error code, and what it means. */
function meaningOf(errcode: number): { kind: WechatErrorKind; meaning: string } {
  const [kind, meaning] = CODES.get(errcode) ?? ["refused", "see WeChat's list of codes"];
  return { kind, meaning };
}

/** Whether the code says that the access token is not valid any more. */
export function isStaleTokenCode(errcode: number | undefined): boolean {
  return errcode !== undefined && STALE_TOKEN.includes(errcode);
}

/**
 * A call to WeChat failed. The error has nothing secret or personal: no address with its query, no code, no openid and
 * none of WeChat's own text.
 */
export class WechatError extends Error {
  override readonly name = "WechatError";
  readonly kind: WechatErrorKind;
  /** WeChat's error code; `undefined`: it sent none. */
  readonly errcode: number | undefined;
  /** Whether WeChat may have done it all the same; only for calls that change something. */
  readonly maybeDone: boolean;

  /** @param options.maybeDone @default {false} */
  constructor(message: string, options: { kind: WechatErrorKind; errcode?: number; maybeDone?: boolean }) {
    super(message);
    this.kind = options.kind;
    this.errcode = options.errcode;
    this.maybeDone = options.maybeDone ?? false;
  }

  /** The error for one of WeChat's error codes, after which surely nothing was done. */
  static ofCode(errcode: number, path: string): WechatError {
    const { kind, meaning } = meaningOf(errcode);
    return new WechatError(`WeChat refused ${path} (${errcode}): ${meaning}`, { kind, errcode });
  }
}
