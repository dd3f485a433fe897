import { timingSafeEqual } from "hono/utils/buffer";

/** Whether the `Authorization` header carries the operator token. Takes as long whether much or little fits. */
export async function isOperator(authorization: string | undefined, token: string): Promise<boolean> {
  const sent = sentToken(authorization);
  return sent !== undefined && await timingSafeEqual(sent, token);
}

/** The token in an `Authorization` header, right or wrong; `undefined`: there is none. */
export function sentToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}

/**
 * The command id that an `Idempotency-Key` stands for: the same key is the same command, across restarts too,
 * since the journal knows it. A UUID of version 8 (RFC 9562) from SHA-256.
 */
export async function uuidFromKey(key: string): Promise<string> {
  const bytes = new TextEncoder().encode(`kaigui idempotency-key ${key}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).subarray(0, 16);
  hash[6] = (hash[6] as number) & 0x0f | 0x80;
  hash[8] = (hash[8] as number) & 0x3f | 0x80;
  return hash.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
