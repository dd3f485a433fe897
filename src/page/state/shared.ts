/**
 * Pickup codes: those that the person passes on, and what somebody types who was given one.
 *
 * @module
 */

/** A code that was made for one of the person's rentals. */
export interface SharedCode {
  readonly rental: string;
  /** Eight digits. */
  readonly code: string;
  readonly untilMs: number;
}

/** Whether this is one. */
export function isShared(value: unknown): value is SharedCode {
  if (typeof value !== "object" || value === null) return false;
  const { rental, code, untilMs } = value as Partial<Record<keyof SharedCode, unknown>>;
  return typeof rental === "string" && typeof code === "string" && typeof untilMs === "number";
}

const codeDigits = 8;

/** The code as it is read out: `1234 5678`. */
export function grouped(code: string): string {
  return code.replace(/^(.{4})/, "$1 ");
}

/**
 * The code that somebody typed: spaces and dashes do not matter, nor whether the digits are of full width. Without a
 * code, how many digits there are; with other characters among them that is `undefined`.
 */
export function readCode(typed: string): { readonly code: string } | { readonly digits: number | undefined } {
  const text = typed.normalize("NFKC").replace(/[\s\p{Pd}]/gu, "");
  if (/\D/.test(text)) return { digits: undefined };
  return text.length === codeDigits ? { code: text } : { digits: text.length };
}
