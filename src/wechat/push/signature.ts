/**
 * By what WeChat's pushes are known to be WeChat's.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";

/** What is signed with the account's token. */
export interface SignedPush {
  /** Known to WeChat and us alone. */
  readonly token: string;
  readonly signature: string;
  /** Seconds since 1970. */
  readonly timestamp: string;
  readonly nonce: string;
}

/**
 * Today's seconds have so many digits, until 2286. The parts are signed without anything between them, so digits could
 * wander from one to the other.
 */
const TIMESTAMP = /^\d{10}$/;

/**
 * Whether the query of a request is WeChat's. It says nothing of the body; whether the timestamp is recent is for the
 * caller to see.
 */
export function isSignedPush({ token, signature, timestamp, nonce }: SignedPush): boolean {
  return TIMESTAMP.test(timestamp) && isSame(signature, signatureOf([token, timestamp, nonce]));
}

/** SHA-1 of the parts, sorted and joined, in hex. */
export function signatureOf(parts: readonly string[]): string {
  return createHash("sha1").update(parts.toSorted().join("")).digest("hex");
}

/** Takes as long wherever they differ. */
export function isSame(a: string, b: string): boolean {
  const encoder = new TextEncoder();
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
