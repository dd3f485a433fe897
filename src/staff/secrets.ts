const SECRET_BYTES = 32;
const encoder = new TextEncoder();

/** A new random secret, in base64url. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** SHA-256 in hex: what is kept of a random secret. Of a password it would not be enough. */
export async function hashOf(secret: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(secret))).toHex();
}
