/**
 * The words that a cabinet's description is made of.
 *
 * @module
 */
import { z } from "zod";
import { DEVICE, OPERATOR } from "../lib/limits.ts";
import { unseenIn } from "../lib/text/plain_text.ts";

/** An id stands in addresses and on stickers. */
export const CABINET_ID = /^[A-Za-z0-9][\w.-]{0,63}$/;

/** A cabinet's id. */
export const cabinetId = z.string().regex(CABINET_ID, "letters, digits, '.', '_' and '-', up to 64");

/** The number on a cell's door. */
export const cellNumber = z.int().min(1).max(9999).describe("The number on a cell's door");

/** What people read: all that is in it is seen. */
export function text(charactersMax: number): z.ZodString {
  return z.string().trim().min(1).max(charactersMax, { abort: true }).refine(isPlain, { error: notPlain });
}

function isPlain(text: string): boolean {
  return unseenIn(text) === undefined;
}

function notPlain({ input }: { input?: unknown }): string | undefined {
  return unseenIn(String(input));
}

/** The size of a cell, a word of the operator's choice. */
export const size = text(16);

/** A word by which cabinets are grouped. */
export const tag = text(OPERATOR.tagCharactersMax).normalize("NFC");

/** What a device sends, as text: controls are right in it, what cannot be seen beside them is a slip. */
export function bytesAsText(bytesMax: number): z.ZodString {
  const mistakeIn = (text: string) => unseenIn(text.slice(0, bytesMax), { controls: true });
  return z.string().min(1).max(bytesMax, { error: `more than ${bytesMax} bytes` }).refine(
    (text) => mistakeIn(text) === undefined,
    { error: ({ input }) => `${mistakeIn(String(input))}, or give the bytes as hex` },
  );
}

/** What a device sends, as hex: with a space and a line end behind each byte it has four characters a byte. */
export function bytesAsHex(bytesMax: number): z.ZodString {
  return z.string().max(bytesMax * 4, { error: `more than ${bytesMax} bytes` })
    .regex(/^([0-9A-Fa-f]{2}\s*)+$/, { error: "pairs of hex digits", abort: true });
}

const AS_TEXT = "The bytes as text (UTF-8)";
const AS_HEX = "The bytes as pairs of hex digits";
const BYTES = '{"text": "864123"} or {"hex": "38 36"}, and not both';

const ofPart = {
  at: z.int().min(0).max(DEVICE.partAtMax).optional().describe(
    "The byte of the first packet where it stands, from 0; by default the first",
  ),
  anywhere: z.boolean().optional().describe("Whether it stands anywhere in the first packet; by default not"),
};

/** What a DTU says first: the beginning of its first packet, or a part of it. */
export const registration = z.union([
  z.strictObject({ text: bytesAsText(DEVICE.registrationBytesMax).describe(AS_TEXT), ...ofPart }),
  z.strictObject({ hex: bytesAsHex(DEVICE.registrationBytesMax).describe(AS_HEX), ...ofPart }),
], { error: `its bytes as ${BYTES}` });

const ofHeartbeat = {
  echo: z.boolean().default(false).describe("Whether the DTU wants it back"),
  intervalSeconds: z.number().min(OPERATOR.heartbeatSecondsMin).max(OPERATOR.heartbeatSecondsMax).optional()
    .describe("Seconds from one to the next; a DTU that says nothing for two of them is gone"),
};

/** What a DTU sends now and then. */
export const heartbeat = z.union([
  z.strictObject({ text: bytesAsText(DEVICE.heartbeatBytesMax).describe(AS_TEXT), ...ofHeartbeat }),
  z.strictObject({ hex: bytesAsHex(DEVICE.heartbeatBytesMax).describe(AS_HEX), ...ofHeartbeat }),
], { error: `its bytes as ${BYTES}` });

/** An IP address, or a network such as `10.0.0.0/8`. */
export const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: ({ input }) =>
    `${
      JSON.stringify(input).slice(0, 64)
    } is not an address such as 10.1.2.3 or a network such as 10.0.0.0/8`,
});

/** What a smart controller proves that it knows. It is shown nowhere, so the message of a mistake does not repeat it. */
export const secret = z.string().regex(
  new RegExp(`^[!-~]{${OPERATOR.secretCharactersMin},${OPERATOR.secretCharactersMax}}$`),
  `${OPERATOR.secretCharactersMin} to ${OPERATOR.secretCharactersMax} printable ASCII characters, no spaces`,
);
