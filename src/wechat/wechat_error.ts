import { type WechatErrorKind, whatIsSaidBy } from "./error_codes.ts";

/**
 * WeChat did not do what it was asked. Nothing in it is secret or names a person: no address with its query, no code,
 * no openid, no words of WeChat's own.
 */
export class WechatError extends Error {
  override readonly name = "WechatError";
  readonly kind: WechatErrorKind;
  /** What WeChat called it; `undefined`: it did not say. */
  readonly errcode: number | undefined;
  /** Whether WeChat may have done it all the same; only of calls that do something. */
  readonly maybeDone: boolean;

  /** @param options.maybeDone @default {false} */
  constructor(
    message: string,
    options: { kind: WechatErrorKind; errcode?: number; maybeDone?: boolean },
  ) {
    super(message);
    this.kind = options.kind;
    this.errcode = options.errcode;
    this.maybeDone = options.maybeDone ?? false;
  }

  /** What a call is told by one of WeChat's error codes: surely nothing was done. */
  static ofCode(errcode: number, path: string): WechatError {
    const { kind, meaning } = whatIsSaidBy(errcode);
    return new WechatError(`WeChat refused ${path} (${errcode}): ${meaning}`, { kind, errcode });
  }
}
