/**
 * What an operator is told of a device that nobody knows: what it said, and how to make it a cabinet.
 *
 * @module
 */

import { KAIGUI } from "../../lib/command_line.ts";

/** What is shown as it stands: letters, digits, signs and spaces, none of which moves or hides another. */
const READABLE = /^[\p{L}\p{N}\p{P}\p{S} ]+$/u;
/** What every shell takes for a word: a stranger chooses it, and the line is there to be copied. */
const WORD = /^[A-Za-z0-9][\w.:-]*$/;
/** What DTUs say beside their number that is another one at each connection: signal, time, place. */
const CHANGING = /\b(?:csq|rssi|signal|time|timestamp|date|lac|cell|lat|lng)\b/i;

/** What such a device said, and what to do. */
export interface UnknownDeviceAdvice {
  /** What it said, where all of it can be read. */
  readonly text: string | undefined;
  /** What makes it a cabinet. */
  readonly advice: string;
}

/** @param hex what it said, up to the end of its first line */
export function adviseOnUnknownDevice(hex: string): UnknownDeviceAdvice {
  const text = readable(Uint8Array.fromHex(hex));
  if (text !== undefined && CHANGING.test(text)) {
    return { text, advice: "set it to say the same at each connection, such as its IMEI and a secret" };
  }
  const registration = text !== undefined && WORD.test(text)
    ? `--registration ${text}`
    : `--registration-hex ${hex}`;
  // No `<id>`: to a shell that is a redirection.
  const others = "--name NAME --mode MODE --board BOARD --cells COUNT";
  return { text, advice: `${KAIGUI} cabinet add ID ${others} ${registration}` };
}

/** As text, where it is UTF-8 and nothing in it is invisible. */
function readable(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return READABLE.test(text) && !text.includes("\uFFFD") ? text : undefined;
}
