import { createHash, timingSafeEqual } from "node:crypto";

/** The signature and what it covers. */
export interface SignedPush {
  /** The secret that WeChat and this service share. */
  readonly token: string;
  readonly signature: string;
  /** Seconds since 1970. */
  readonly timestamp: string;
  readonly nonce: string;
}

/**
 * Seconds have ten digits until 2286. The parts are signed without separators, so that with another number of digits they
 * could move from one part to the next.
 */
const TIMESTAMP = /^\d{10}$/;

/**
 * Whether WeChat signed the query of a request. It does not cover the body; the caller checks whether the timestamp is
 * recent.
 */
export function isSignedPush({ token, signature, timestamp, nonce }: SignedPush): boolean {
  return TIMESTAMP.test(timestamp) && equalInConstantTime(signature, signatureOf([token, timestamp, nonce]));
}

/** SHA-1 of the parts, sorted and joined, in hex. */
export function signatureOf(parts: readonly string[]): string {
  return createHash("sha1").update(parts.toSorted().join("")).digest("hex");
}

/** Takes the same time wherever the texts differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  const encoder = new TextEncoder();
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
