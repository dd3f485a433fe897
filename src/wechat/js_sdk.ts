import { createHash } from "node:crypto";

/** What a page's signature covers. */
export interface JsSdkPage {
  readonly ticket: string;
  readonly nonce: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** The page's address; the part from `#` on is not signed. */
  readonly url: string;
}

/** The arguments of `wx.config` (JS-SDK), without the list of functions that the page uses. */
export interface JsSdkConfig {
  readonly appId: string;
  readonly timestamp: number;
  readonly nonceStr: string;
  readonly signature: string;
}

/** The signature of a page, in hex. */
export function signJsSdk({ ticket, nonce, timestamp, url }: JsSdkPage): string {
  const [page = ""] = url.split("#", 1);
  const text = `jsapi_ticket=${ticket}&noncestr=${nonce}&timestamp=${timestamp}&url=${page}`;
  return createHash("sha1").update(text).digest("hex");
}
