/**
 * Encrypted envelopes: AES-256-CBC of 16 random bytes, a length of 4 bytes, the text, and the app's id, padded to 32.
 *
 * @module
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { concat } from "@std/bytes";

/** The account's keys for envelopes. */
export interface EnvelopeKeys {
  /** WeChat's `EncodingAESKey`, 43 characters. */
  readonly aesKey: string;
  readonly appId: string;
}

const ALGORITHM = "aes-256-cbc";
const PADDED_TO = 32;
const RANDOM_BYTES = 16;

/** @param random the 16 bytes at the start, for tests that compare the result */
export function seal(
  text: string,
  { aesKey, appId, random = randomBytes(RANDOM_BYTES) }: EnvelopeKeys & { random?: Uint8Array },
): string {
  const bytes = new TextEncoder().encode(text);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  const plain = concat([random, length, bytes, new TextEncoder().encode(appId)]);
  const padding = PADDED_TO - plain.length % PADDED_TO;
  const cipher = createCipheriv(ALGORITHM, ...secretsOf(aesKey)).setAutoPadding(false);
  const sealed = [cipher.update(concat([plain, new Uint8Array(padding).fill(padding)])), cipher.final()];
  return concat(sealed).toBase64();
}

/** @throws {Error} if it is not an envelope, or one with another app or key */
export function unseal(sealed: string, { aesKey, appId }: EnvelopeKeys): string {
  const decipher = createDecipheriv(ALGORITHM, ...secretsOf(aesKey)).setAutoPadding(false);
  const padded = concat([decipher.update(Uint8Array.fromBase64(sealed)), decipher.final()]);
  const padding = padded.at(-1) ?? 0;
  const isPadded = padding > 0 && padding <= PADDED_TO && padded.length % PADDED_TO === 0 &&
    padded.subarray(-padding).every((byte) => byte === padding);
  if (!isPadded) throw new Error("The envelope is not padded to 32 bytes, or was made with another key");
  const plain = padded.subarray(RANDOM_BYTES, -padding);
  const length = new DataView(plain.buffer, plain.byteOffset).getUint32(0);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const from = decoder.decode(plain.subarray(4 + length));
  if (from !== appId) throw new Error(`The envelope is of the app ${from}`);
  return decoder.decode(plain.subarray(4, 4 + length));
}

/** The key and the initialization vector. */
function secretsOf(aesKey: string): [Uint8Array, Uint8Array] {
  const key = Uint8Array.fromBase64(`${aesKey}=`);
  return [key, key.subarray(0, 16)];
}
