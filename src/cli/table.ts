import { printable, printableJson } from "../lib/text/plain_text.ts";

/** Characters that take two columns: Chinese, Japanese and Korean ones, full-width forms and emoji. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303F\uFF01-\uFF60\uFFE0-\uFFE6]/gu;

/** How many columns a text takes. */
export function columnsOf(text: string): number {
  const shown = text.replace(/\p{Mark}/gu, "");
  return [...shown].length + (shown.match(WIDE)?.length ?? 0);
}

/** Rows under their headings, columns aligned, two spaces between, none at the ends of lines. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows].map((row) => row.map(printable));
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => columnsOf(line[column] ?? ""))));
  return lines.map((line) => line.map((text, column) => pad(text, widths[column] ?? 0)).join("  ").trimEnd())
    .join("\n");
}

/** Names and values, one pair a line. */
export function fields(pairs: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...pairs.map(([name]) => columnsOf(name)));
  return pairs.map(([name, value]) => `${pad(name, width)}  ${printable(value)}`.trimEnd()).join("\n");
}

/** A time of the service for people: to the second, and the `Z` says that it is UTC. */
export function time(at: string | null): string {
  return at === null ? "never" : at.replace("T", " ").replace(/\.\d+Z$/, "Z");
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - columnsOf(text)));
}

/** A value as JSON, in which all is seen. */
export function jsonText(value: unknown): string {
  return printableJson(JSON.stringify(value, null, 2));
}
