import { createHmac } from "node:crypto";

const NONCE_BYTES = 16;
const SECRETS = 100_000_000n;

/**
 * Hashes that only the service can make, and secrets of eight digits that are stored nowhere, since they come of a
 * random nonce and the service's secret. Each use begins its texts with a word of its own, so that no use has a
 * text of another one.
 */
export class KeyedHash {
  readonly #secret: string;

  /** @param secret known to the programs of the service alone */
  constructor(secret: string) {
    this.#secret = secret;
  }

  /** In hex. */
  hash(text: string): string {
    return this.#hmac(text).toHex();
  }

  /** Eight digits: those of 64 bits, so no 10^8th is noticeably more likely than another. */
  digits(text: string): string {
    const { buffer, byteOffset } = this.#hmac(text);
    return (new DataView(buffer, byteOffset).getBigUint64(0) % SECRETS).toString().padStart(8, "0");
  }

  #hmac(text: string): Uint8Array {
    return createHmac("sha256", this.#secret).update(text).digest();
  }
}

/** A nonce, in hex. */
export function newNonce(): string {
  return crypto.getRandomValues(new Uint8Array(NONCE_BYTES)).toHex();
}
