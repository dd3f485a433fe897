/**
 * How WeChat signs.
 *
 * @module
 */
import { createHash } from "node:crypto";

export function sha1Hex(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/** The signature of what is pushed: of token, timestamp, nonce, and in safe mode the secret text. */
export function pushSignature(...parts: readonly string[]): string {
  return sha1Hex(parts.toSorted().join(""));
}
