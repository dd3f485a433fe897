/** What may stand between two fields, by the name that `--separator` takes. */
export const SEPARATORS = { comma: ",", semicolon: ";", tab: "\t" } as const;

/** What a field is made of; `null` is an empty one. */
export type CsvValue = string | number | null;

/**
 * How a text begins that a spreadsheet would run as a formula: a name of a person or a note of the operator must
 * not. The wide forms are run where Chinese or Japanese is typed.
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
/** A number: no spreadsheet runs it, and with a mark before it, it would be a text. */
const NUMBER = /^[+-]?\d+(\.\d+)?$/;
const NEEDS_QUOTES = /["\r\n]/;

/**
 * One record with its line end, as RFC 4180 has it, and as a spreadsheet may open it.
 *
 * @param separator what stands between two fields
 */
export function csvLine(values: readonly CsvValue[], separator = ","): string {
  return `${values.map((value) => csvField(value, separator)).join(separator)}\r\n`;
}

function csvField(value: CsvValue, separator: string): string {
  if (value === null) return "";
  const text = typeof value === "number" ? String(value) : withoutFormula(value);
  return NEEDS_QUOTES.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;
}

function withoutFormula(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}
