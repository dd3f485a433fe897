/**
 * Registrations that are a part of a device's first packet, at a place or anywhere in it. A part has to be what one device
 * alone sends: text has the number of the device in it, as a whole word, so that no text that many devices send takes them
 * all; other bytes are never found within text. The number, or all other bytes, is the key by which cabinets are found, so
 * no packet is compared with all cabinets.
 *
 * @module
 */
import { DEVICE } from "../../lib/limits.ts";
import type { WrittenBytes } from "./written_bytes.ts";

/** Where a part stands: `at` a byte, from 0, or anywhere. Without either, the bytes are the packet's beginning. */
export interface PartPlace {
  readonly at?: number | undefined;
  readonly anywhere?: boolean | undefined;
}

/** A part of a packet: `at` is `null` where it may stand anywhere. */
export interface RegistrationPart {
  readonly bytes: Uint8Array;
  readonly at: number | null;
}

/** Whether the registration is a part of the packet. */
export function isPart(registration: WrittenBytes & PartPlace): boolean {
  return registration.at !== undefined || registration.anywhere === true;
}

/** Why the part does not tell one device from all others; `undefined`: it does. */
export function weaknessOf({ bytes, at }: RegistrationPart): string | undefined {
  const { partBytesMin, binaryPartBytesMax } = DEVICE;
  if (bytes.length < partBytesMin) return `a part of a packet has ${partBytesMin} bytes or more`;
  if (isNumbered({ bytes, at })) return undefined;
  if (isPrintable(bytes) && !isBcd(bytes)) {
    const digits = at === null ? DEVICE.anywhereDigitsMin : DEVICE.partDigitsMin;
    return `a part of a packet has the device's number in it, all of it: ${digits} digits or more` +
      (at === null ? `, or ${DEVICE.anywhereHexDigitsMin} hex digits` : "");
  }
  if (bytes.length > binaryPartBytesMax) {
    return `a part that is not text has ${binaryPartBytesMax} bytes at most`;
  }
  if (new Set(bytes).size < DEVICE.binaryPartValuesMin) {
    return `a part that is not text has ${DEVICE.binaryPartValuesMin} different bytes or more`;
  }
  return undefined;
}

/** Whether the part is text with a number in it, and not other bytes. */
export function isNumbered({ bytes, at }: RegistrationPart): boolean {
  return isPrintable(bytes) && numbersIn(bytes, at).length > 0;
}

/** The key under which the part is kept: the longest number of a text, or all bytes. */
export function keyOfPart(part: RegistrationPart): string {
  const { bytes, at } = part;
  if (!isNumbered(part)) return binaryKey(bytes.toHex());
  return numbersIn(bytes, at).reduce((longest, one) => one.length > longest.length ? one : longest);
}

/** Whether the packet is so long a text that no part is in it that is not. */
export function isLongText(packet: Uint8Array): boolean {
  return packet.length > DEVICE.binaryPartBytesMax + DEVICE.binaryPartTextMax && isPrintable(packet);
}

/**
 * The keys of all parts that the packet may have.
 *
 * @param binaryLengths how long the parts are that are not text
 */
export function keysIn(packet: Uint8Array, binaryLengths: readonly number[]): string[] {
  const seen = packet.subarray(0, DEVICE.partPacketBytesMax);
  const keys = new Set(wordsIn(seen).filter((word) => word.length >= DEVICE.partDigitsMin));
  if (isLongText(seen)) return [...keys];
  const hex = seen.toHex();
  for (const length of binaryLengths) {
    for (let at = 0; at + length <= seen.length; at++) {
      keys.add(binaryKey(hex.slice(2 * at, 2 * (at + length))));
    }
  }
  return [...keys];
}

/** Where the part stands in the packet, which begins at one of `starts`; a text begins and ends with whole words there. */
export function placesOfPart(
  part: RegistrationPart,
  packet: Uint8Array,
  starts: readonly number[],
): number[] {
  const { bytes, at } = part;
  const isText = isNumbered(part);
  const most = Math.min(packet.length, DEVICE.partPacketBytesMax) - bytes.length;
  const places = at === null
    ? Array.from({ length: Math.max(0, most + 1) }, (_, place) => place)
    : starts.map((start) => start + at);
  return places.filter((place) =>
    place <= most && bytes.every((byte, index) => packet[place + index] === byte) &&
    (isText
      ? !(isWordByte(bytes[0]) && isWordByte(packet[place - 1]))
      : !isWithinText(packet, place, bytes.length))
  );
}

/** Whether a byte is a letter or a digit. */
export function isWordByte(byte: number | undefined): boolean {
  return byte !== undefined && /[0-9A-Za-z]/.test(String.fromCharCode(byte));
}

/** Whether the bytes there are a small part of a text. */
function isWithinText(packet: Uint8Array, place: number, length: number): boolean {
  const { start, end } = textAround(packet, place, length);
  return end - start > length + DEVICE.binaryPartTextMax;
}

/** From where to where the bytes around those there are printable. */
export function textAround(
  packet: Uint8Array,
  place: number,
  length: number,
): { start: number; end: number } {
  let [start, end] = [place, place + length];
  while (start > 0 && isPrintable(packet.subarray(start - 1, start))) start--;
  while (end < packet.length && isPrintable(packet.subarray(end, end + 1))) end++;
  return { start, end };
}

/** Whether each byte is two decimal digits. Words and digits of a text may be so, too, and do not count. */
function isBcd(bytes: Uint8Array): boolean {
  const words = wordsIn(bytes);
  const isWord = words[0]?.length === bytes.length;
  return /^\d+$/.test(bytes.toHex()) && !isWord && !words.some((word) => /\d{4}/.test(word));
}

/** Whether all bytes are printable ASCII. */
function isPrintable(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}

/** The words that can be the number of one device. */
function numbersIn(bytes: Uint8Array, at: number | null): string[] {
  return wordsIn(bytes).filter((word) => {
    const digits = word.replace(/\D/g, "").length;
    if (at !== null) return digits >= DEVICE.partDigitsMin;
    const isHex = /^[0-9a-f]+$/i.test(word) && digits >= DEVICE.partDigitsMin;
    return digits >= DEVICE.anywhereDigitsMin || isHex && word.length >= DEVICE.anywhereHexDigitsMin;
  });
}

function wordsIn(bytes: Uint8Array): string[] {
  return new TextDecoder("latin1").decode(bytes).match(/[0-9A-Za-z]+/g) ?? [];
}

/** No word has such a sign. */
function binaryKey(hex: string): string {
  return `#${hex}`;
}
