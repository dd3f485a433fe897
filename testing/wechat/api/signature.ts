/**
 * WeChat's signatures.
 *
 * @module
 */
import { createHash } from "node:crypto";

export function sha1Hex(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/** The signature of a push: of token, timestamp, nonce, and the encrypted text if there is an envelope. */
export function pushSignature(...parts: readonly string[]): string {
  return sha1Hex(parts.toSorted().join(""));
}
