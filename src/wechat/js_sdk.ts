/**
 * What WeChat's script in a page is configured with (JS-SDK).
 *
 * @module
 */
import { createHash } from "node:crypto";

/** What is signed. */
export interface JsSdkPage {
  readonly ticket: string;
  readonly nonce: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** The page's address; what begins with `#` does not count. */
  readonly url: string;
}

/** What `wx.config` takes, but for the list of what the page wants to do. */
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
