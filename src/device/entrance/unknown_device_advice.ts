import { KAIGUI } from "../../lib/command_line.ts";

/** What may be shown as it is: letters, digits, signs and spaces, none of which moves or hides another. */
const READABLE = /^[\p{L}\p{N}\p{P}\p{S} ]+$/u;
/** What every shell takes for one word: an unknown device chose the text, and people copy the command. */
const WORD = /^[A-Za-z0-9][\w.:-]*$/;
/** What DTUs send beside their number and what differs at each connection: signal, time, place. */
const CHANGING = /\b(?:csq|rssi|signal|time|timestamp|date|lac|cell|lat|lng)\b/i;
/** An IMEI or an ICCID. */
const NUMBER = /(?<![0-9A-Za-z])\d{15,20}(?![0-9A-Za-z])/;
/** Not `<id>`, which a shell takes for a redirection. */
const ADD = `${KAIGUI} cabinet add ID --name NAME --mode MODE --board BOARD --cells COUNT`;

/** What an operator is told of an unknown device: what it sent, and how to make it a cabinet. */
export interface UnknownDeviceAdvice {
  /** What the device sent, if all of it can be read. */
  readonly text: string | undefined;
  /** What to do so that the device becomes a cabinet. */
  readonly advice: string;
}

/** @param hex what the device sent, up to the end of its first line */
export function adviseOnUnknownDevice(hex: string): UnknownDeviceAdvice {
  const text = readable(Uint8Array.fromHex(hex));
  if (text !== undefined && CHANGING.test(text)) {
    const same = "set it to say the same at each connection, such as its IMEI and a secret";
    const [number] = NUMBER.exec(text) ?? [];
    const part = number && `${ADD} --registration ${number} --registration-anywhere`;
    return { text, advice: part ? `${same}, or ${part}` : same };
  }
  const registration = text !== undefined && WORD.test(text)
    ? `--registration ${text}`
    : `--registration-hex ${hex}`;
  return { text, advice: `${ADD} ${registration}` };
}

/** The bytes as text, if they are UTF-8 and every character is visible. */
function readable(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return READABLE.test(text) && !text.includes("\uFFFD") ? text : undefined;
}
