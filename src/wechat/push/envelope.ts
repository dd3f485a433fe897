/**
 * Encrypted envelopes for messages between WeChat and this service (安全模式).
 *
 * The content is 16 random bytes, the message's length in 4 bytes, the message and the app's id, padded to 32 bytes
 * (PKCS #7). The cipher is AES-256-CBC with the account's key, whose first 16 bytes are the initialization vector.
 *
 * @module
 */
import { concat } from "@std/bytes";
import { createCipheriv, createDecipheriv } from "node:crypto";
import { z } from "zod";
import { equalInConstantTime, signatureOf, type SignedPush } from "./signature.ts";
import { BadPushError, field, readXml } from "./xml.ts";

const RANDOM_BYTES = 16;
const LENGTH_BYTES = 4;
const BLOCK_BYTES = 32;
const CIPHER = "aes-256-cbc";

/** The keys of the official account. */
export interface EnvelopeKeys {
  /** Signs envelopes. */
  readonly token: string;
  /** WeChat's EncodingAESKey: 43 characters of base64. */
  readonly aesKey: string;
  readonly appId: string;
}

const envelope = z.object({ xml: z.object({ Encrypt: z.string() }) });

/**
 * Verifies and decrypts an envelope.
 *
 * @param options.signature `msg_signature` of the query, which differs from `signature`
 * @returns the message's XML
 * @throws {BadPushError} if there is no envelope, its signature is wrong, or it is for another app
 */
export function openEnvelope(body: string, options: EnvelopeKeys & SignedPush): string {
  const { token, aesKey, appId, signature, timestamp, nonce } = options;
  const { success, data } = envelope.safeParse(readXml(body));
  if (!success) throw new BadPushError("The message has no envelope");
  const sealed = data.xml.Encrypt;
  if (!equalInConstantTime(signature, signatureOf([token, timestamp, nonce, sealed]))) {
    throw new BadPushError("The envelope is not WeChat's");
  }
  const inside = unpadded(decrypt(sealed, aesKey));
  const start = RANDOM_BYTES + LENGTH_BYTES;
  if (inside.length < start) throw new BadPushError("The envelope is empty");
  const end = start + new DataView(inside.buffer, inside.byteOffset, inside.length).getUint32(RANDOM_BYTES);
  if (textOf(inside.subarray(end)) !== appId) throw new BadPushError("The envelope is for another app");
  return textOf(inside.subarray(start, end));
}

/**
 * Encrypts and signs a reply.
 *
 * @param options.now milliseconds since 1970
 * @returns the envelope's XML
 */
export function sealEnvelope(xml: string, options: EnvelopeKeys & { readonly now: number }): string {
  const { token, aesKey, appId, now } = options;
  const sealed = encrypt(padded(contentOf(xml, appId)), aesKey);
  const timestamp = String(Math.floor(now / 1000));
  const nonce = crypto.getRandomValues(new Uint8Array(8)).toHex();
  const signature = signatureOf([token, timestamp, nonce, sealed]);
  return `<xml>${field("Encrypt", sealed)}${field("MsgSignature", signature)}` +
    `<TimeStamp>${timestamp}</TimeStamp>${field("Nonce", nonce)}</xml>`;
}

function contentOf(xml: string, appId: string): Uint8Array {
  const encoder = new TextEncoder();
  const message = encoder.encode(xml);
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, message.length);
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  return concat([random, length, message, encoder.encode(appId)]);
}

function encrypt(content: Uint8Array, aesKey: string): string {
  const key = Uint8Array.fromBase64(`${aesKey}=`);
  const cipher = createCipheriv(CIPHER, key, key.subarray(0, 16)).setAutoPadding(false);
  return concat([cipher.update(content), cipher.final()]).toBase64();
}

function decrypt(sealed: string, aesKey: string): Uint8Array {
  const key = Uint8Array.fromBase64(`${aesKey}=`);
  const blocks = blocksOf(sealed);
  const decipher = createDecipheriv(CIPHER, key, key.subarray(0, 16)).setAutoPadding(false);
  return concat([decipher.update(blocks), decipher.final()]);
}

/** Checks the length first: the runtime does not clean up after a cipher that fails. */
function blocksOf(sealed: string): Uint8Array {
  try {
    const blocks = Uint8Array.fromBase64(sealed);
    if (blocks.length > 0 && blocks.length % BLOCK_BYTES === 0) return blocks;
  } catch {
    // Not valid base64.
  }
  throw new BadPushError("The envelope cannot be opened");
}

/** The runtime itself pads to 16 bytes only. */
function padded(content: Uint8Array): Uint8Array {
  const length = BLOCK_BYTES - content.length % BLOCK_BYTES;
  return concat([content, new Uint8Array(length).fill(length)]);
}

function unpadded(content: Uint8Array): Uint8Array {
  const length = content.at(-1) ?? 0;
  const padding = content.subarray(-length);
  if (length === 0 || length > BLOCK_BYTES || padding.some((byte) => byte !== length)) {
    throw new BadPushError("The envelope cannot be opened");
  }
  return content.subarray(0, -length);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BadPushError("The envelope's content is not UTF-8");
  }
}
