/** The pickup code of one of the person's rentals. */
export interface SharedCode {
  readonly rental: string;
  /** Eight digits. */
  readonly code: string;
  /** Milliseconds since 1970. */
  readonly untilMs: number;
}

/** Whether a stored value is such a code. */
export function isSharedCode(value: unknown): value is SharedCode {
  if (typeof value !== "object" || value === null) return false;
  const { rental, code, untilMs } = value as Partial<Record<keyof SharedCode, unknown>>;
  return typeof rental === "string" && typeof code === "string" && typeof untilMs === "number";
}

const codeDigits = 8;

/** The code in two groups of digits: `1234 5678`. */
export function grouped(code: string): string {
  return code.replace(/^(.{4})/, "$1 ");
}

/**
 * The code in a typed text. Spaces and dashes are ignored, and full-width digits are digits. A text that is not a code
 * gives the number of its digits, or `undefined` if it has other characters.
 */
export function readCode(typed: string): { readonly code: string } | { readonly digits: number | undefined } {
  const text = typed.normalize("NFKC").replace(/[\s\p{Pd}]/gu, "");
  if (/\D/.test(text)) return { digits: undefined };
  return text.length === codeDigits ? { code: text } : { digits: text.length };
}
