/**
 * WeChat's error codes as far as they make a difference to us.
 *
 * Source: developers.weixin.qq.com, 全局返回码 and the pages of the calls. WeChat's own words are not passed on: they may
 * repeat what was sent.
 *
 * @module
 */

/**
 * Why WeChat did not do it.
 *
 * - `code-invalid`: it does not know the login's code, or not any more; `code-used`: it knows it too well
 * - `not-following`: the person takes no messages from the account
 * - `busy`: a quota is used up
 * - `away`: no answer in time, or none that makes sense
 * - `refused`: everything else; asking again in the same way leads to the same
 */
export type WechatErrorKind = "code-invalid" | "code-used" | "refused" | "busy" | "away" | "not-following";

/** Codes that say that the access token does not work any more, whatever its time. */
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

/** What to make of an error code. */
export function whatIsSaidBy(errcode: number): { kind: WechatErrorKind; meaning: string } {
  const [kind, meaning] = CODES.get(errcode) ?? ["refused", "see WeChat's list of codes"];
  return { kind, meaning };
}

/** Whether it says that the access token does not work any more. */
export function saysStaleToken(errcode: number | undefined): boolean {
  return errcode !== undefined && STALE_TOKEN.includes(errcode);
}
