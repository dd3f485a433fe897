/**
 * WeChat's error codes, as far as this service treats them differently.
 *
 * Source: developers.weixin.qq.com, 全局返回码 and the pages of the calls. WeChat's own texts are not passed on, because
 * they may repeat what was sent.
 *
 * @module
 */

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
export function meaningOf(errcode: number): { kind: WechatErrorKind; meaning: string } {
  const [kind, meaning] = CODES.get(errcode) ?? ["refused", "see WeChat's list of codes"];
  return { kind, meaning };
}

/** Whether the code says that the access token is not valid any more. */
export function isStaleTokenCode(errcode: number | undefined): boolean {
  return errcode !== undefined && STALE_TOKEN.includes(errcode);
}
