/**
 * QR codes as pictures and as text for a terminal.
 *
 * @module
 */

/** As much damage as a sticker has to bear: 15 % of the code may be unreadable. */
const ERROR_CORRECTION = "M";
/** The standard asks for four light modules around a code. Two are enough on a screen, where room is scarce. */
const TERMINAL_MARGIN = 2;
/** Black on white whatever the terminal's colours are: phones do not read every inverted code. */
const BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m";
const PLAIN = "\x1b[0m";

/** A square of dark and light modules. */
export interface Matrix {
  readonly size: number;
  isDark(row: number, column: number): boolean;
}

/** What is used of the package `qrcode`, which brings no types. */
interface QrCode {
  create(text: string, options: { errorCorrectionLevel: string }): {
    readonly modules: { readonly size: number; get(row: number, column: number): number };
  };
  toString(text: string, options: Record<string, unknown>): Promise<string>;
  toBuffer(text: string, options: Record<string, unknown>): Promise<Uint8Array>;
}

/** Loading it takes 60 ms, which the other commands need not wait for. */
async function qrCode(): Promise<QrCode> {
  return (await import("qrcode")).default as QrCode;
}

/** The modules of the text's code, without a margin. */
export async function qrMatrix(text: string): Promise<Matrix> {
  const { modules } = (await qrCode()).create(text, { errorCorrectionLevel: ERROR_CORRECTION });
  return { size: modules.size, isDark: (row, column) => modules.get(row, column) !== 0 };
}

/** A picture file's bytes, `pixels` wide and high. */
export async function qrPicture(
  text: string,
  { format, pixels }: { readonly format: "svg" | "png"; readonly pixels: number },
): Promise<Uint8Array> {
  const options = { type: format, width: pixels, errorCorrectionLevel: ERROR_CORRECTION };
  if (format === "png") return await (await qrCode()).toBuffer(text, options);
  return new TextEncoder().encode(await (await qrCode()).toString(text, options));
}

/** Lines for a terminal, two modules in the height of one character. */
export async function qrText(text: string, { colors }: { readonly colors: boolean }): Promise<string> {
  const { size, isDark } = await qrMatrix(text);
  const dark = (row: number, column: number) => {
    return row >= 0 && row < size && column >= 0 && column < size && isDark(row, column);
  };
  const lines: string[] = [];
  for (let row = -TERMINAL_MARGIN; row < size + TERMINAL_MARGIN; row += 2) {
    let line = "";
    for (let column = -TERMINAL_MARGIN; column < size + TERMINAL_MARGIN; column++) {
      line += halfBlock(dark(row, column), dark(row + 1, column));
    }
    lines.push(colors ? `${BLACK_ON_WHITE}${line}${PLAIN}` : line);
  }
  return lines.join("\n");
}

function halfBlock(upper: boolean, lower: boolean): string {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}
