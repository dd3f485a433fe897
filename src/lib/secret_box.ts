/** Thrown where a secret was sealed with another key or for another owner, or was changed since. */
export class UnreadableSecretError extends Error {
  override name = "UnreadableSecretError";
}

/** Begins what is sealed: a later way of sealing gets another version, so that both can be told apart. */
const VERSION = "1.";
const CIPHER = "AES-GCM";
/** As GCM has it (NIST SP 800-38D). Random nonces may be used for 2^32 secrets. */
const NONCE_BYTES = 12;
const KEY_BITS = 256;
const encoder = new TextEncoder();

/**
 * Encrypts secrets that a database keeps (AES-256-GCM), so that the database alone, or a copy of it, does not give them
 * away. The key is derived from `SESSION_SECRET` (HKDF, RFC 5869); a secret that is sealed for one owner opens for no
 * other.
 */
export class SecretBox {
  readonly #key: Promise<CryptoKey>;

  /** @param sessionSecret known to all programs of the service, and to no others */
  constructor(sessionSecret: string) {
    this.#key = keyFrom(sessionSecret);
  }

  /** The secret, sealed for that owner; the same secret is sealed differently each time. */
  async seal(secret: string, owner: string): Promise<string> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = await crypto.subtle.encrypt(
      parametersOf(nonce, owner),
      await this.#key,
      encoder.encode(secret),
    );
    return `${VERSION}${nonce.toHex()}${new Uint8Array(sealed).toHex()}`;
  }

  /**
   * The secret that was sealed for that owner.
   *
   * @throws {UnreadableSecretError}
   */
  async open(sealed: string, owner: string): Promise<string> {
    try {
      if (!sealed.startsWith(VERSION)) {
        throw new TypeError("It is sealed in a way that this version does not know");
      }
      const bytes = Uint8Array.fromHex(sealed.slice(VERSION.length));
      const parameters = parametersOf(bytes.slice(0, NONCE_BYTES), owner);
      const secret = await crypto.subtle.decrypt(parameters, await this.#key, bytes.slice(NONCE_BYTES));
      return new TextDecoder().decode(secret);
    } catch (cause) {
      throw new UnreadableSecretError("The secret was sealed with another SESSION_SECRET", { cause });
    }
  }
}

async function keyFrom(sessionSecret: string): Promise<CryptoKey> {
  const secret = await crypto.subtle.importKey("raw", encoder.encode(sessionSecret), "HKDF", false, [
    "deriveKey",
  ]);
  const info = encoder.encode("kaigui secret box");
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  return await crypto.subtle.deriveKey(derivation, secret, { name: CIPHER, length: KEY_BITS }, false, [
    "encrypt",
    "decrypt",
  ]);
}

function parametersOf(nonce: Uint8Array<ArrayBuffer>, owner: string): AesGcmParams {
  return { name: CIPHER, iv: nonce, additionalData: encoder.encode(owner) };
}
