/**
 * Tokens as text: `kg_`, 32 random bytes in base 62, and a checksum, so that secret scanners find them in code and tell
 * them from chance. GitHub's tokens are made in the same way.
 *
 * @module
 */
import { crc32 } from "node:zlib";

const PREFIX = "kg_";
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE = BigInt(DIGITS.length);
const RANDOM_BYTES = 32;
/** The first powers of 62 above 2^256 and 2^32. */
const RANDOM_DIGITS = 43;
const CHECKSUM_DIGITS = 6;
const FORM = new RegExp(`^${PREFIX}[0-9A-Za-z]{${RANDOM_DIGITS + CHECKSUM_DIGITS}}$`);

/** A new token. */
export function newToken(): string {
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  const body = base62(BigInt(`0x${random.toHex()}`), RANDOM_DIGITS);
  return PREFIX + body + checksumOf(body);
}

/** The token in that text, which may have spaces around it; `undefined`: it is none, whatever the database has. */
export function parsedToken(text: string): string | undefined {
  const token = text.trim();
  if (!FORM.test(token)) return undefined;
  const body = token.slice(PREFIX.length, -CHECKSUM_DIGITS);
  return token.endsWith(checksumOf(body)) ? token : undefined;
}

function checksumOf(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_DIGITS);
}

/** The number with that many digits. */
function base62(number: bigint, digits: number): string {
  let text = "";
  for (let rest = number; text.length < digits; rest /= BASE) text = DIGITS[Number(rest % BASE)] + text;
  return text;
}
