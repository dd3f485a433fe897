/**
 * The words that addresses, queries and bodies are made of.
 *
 * @module
 */
import { z } from "zod";
import { OPERATOR } from "../../lib/limits.ts";
import { CABINET_ID, isNumber } from "../../locker/mod.ts";
import { unseenIn } from "../../lib/plain_text.ts";

/** A cabinet's id. */
export const cabinetId = z.string().regex(CABINET_ID, "letters, digits, '.', '_' and '-', up to 64");

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

/** What a device sends, as text: controls are right in it, what cannot be seen beside them is a slip. */
export function bytesAsText(bytesMax: number): z.ZodString {
  const mistakeIn = (text: string) => unseenIn(text.slice(0, bytesMax), { controls: true });
  return z.string().min(1).max(bytesMax, { error: `more than ${bytesMax} bytes` }).refine(
    (text) => mistakeIn(text) === undefined,
    { error: ({ input }) => `${mistakeIn(String(input))}, or give the bytes as hex` },
  );
}

/** Why the operator does something. */
export const reason = text(OPERATOR.textMax);

/** The number on a cell's door. */
export const cellNumber = z.int().min(1).max(9999);

/** The number of a rental as its person reads it out, with spaces or without. */
export const rentalNumber = z.string().max(OPERATOR.textMax).transform((text) => text.replaceAll(" ", ""))
  .pipe(
    z.string().regex(/^\d{8}$/, { error: "8 digits, with spaces or without", abort: true })
      .refine(isNumber, "no rental has this number: a digit is wrong"),
  );

/** RFC 3339 with its offset, understood as milliseconds since 1970. */
export const time = z.iso.datetime({ offset: true }).transform((at) => Date.parse(at));

/** An IP address, or a network such as `10.0.0.0/8`. */
export const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: ({ input }) =>
    `${JSON.stringify(input).slice(0, 64)} is no address such as 10.1.2.3, and no network such as 10.0.0.0/8`,
});

/** What a smart controller proves that it knows; told to nobody, so the mistake does not repeat it either. */
export const secret = z.string().regex(
  new RegExp(`^[!-~]{${OPERATOR.secretCharactersMin},${OPERATOR.secretCharactersMax}}$`),
  `${OPERATOR.secretCharactersMin} to ${OPERATOR.secretCharactersMax} printable ASCII characters, no spaces`,
);

/** Ids of commands, rentals, permits and people. */
export const uuid = z.uuid();
