import { meaningOf, type WechatErrorKind } from "./error_codes.ts";

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
