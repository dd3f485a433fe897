import { crc32, deflateSync } from "node:zlib";
import { concat } from "@std/bytes";

/** Level M: 15 % of the code may be unreadable, as a sticker gets damaged. */
const ERROR_CORRECTION = "M";
/** Light modules around a code in a picture (ISO/IEC 18004). */
const MARGIN = 4;
/** Two modules are enough on a terminal, where room is scarce. */
const TERMINAL_MARGIN = 2;
/** Black on white whatever the terminal's colours are: phones do not read every inverted code. */
const BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m";
const PLAIN = "\x1b[0m";
const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const encoder = new TextEncoder();

/** A square of dark and light modules. */
interface Matrix {
  readonly size: number;
  isDark(row: number, column: number): boolean;
}

/** The part of the package `qrcode` that is used; it brings no types. */
interface QrCode {
  create(text: string, options: { errorCorrectionLevel: string }): {
    readonly modules: { readonly size: number; get(row: number, column: number): number };
  };
  toString(text: string, options: Record<string, unknown>): Promise<string>;
}

/** Loads the package when the first code is drawn: that takes 60 ms. */
async function qrCode(): Promise<QrCode> {
  return (await import("qrcode")).default as QrCode;
}

/** The modules of the text's code; all modules around it are light. */
async function matrixOf(text: string): Promise<Matrix> {
  const { modules } = (await qrCode()).create(text, { errorCorrectionLevel: ERROR_CORRECTION });
  const { size } = modules;
  const isInside = (place: number) => place >= 0 && place < size;
  return {
    size,
    isDark: (row, column) => isInside(row) && isInside(column) && modules.get(row, column) !== 0,
  };
}

/**
 * The code as an SVG element, with its margin.
 *
 * @param options.pixels width and height of the element @default {as large as its container makes it}
 */
export async function qrSvg(text: string, options: { readonly pixels?: number } = {}): Promise<string> {
  const drawing = { type: "svg", margin: MARGIN, width: options.pixels };
  return await (await qrCode()).toString(text, { ...drawing, errorCorrectionLevel: ERROR_CORRECTION });
}

/**
 * The code as a picture file, `pixels` wide and high. A PNG has at least one pixel for each module, even if that makes it
 * larger.
 */
export async function qrPicture(
  text: string,
  { format, pixels }: { readonly format: "svg" | "png"; readonly pixels: number },
): Promise<Uint8Array<ArrayBuffer>> {
  return format === "svg" ? encoder.encode(await qrSvg(text, { pixels })) : png(await matrixOf(text), pixels);
}

/**
 * Draws all modules of one size; pixels that are left over go to the margin. A pixel is one bit: the package `qrcode` draws
 * four bytes for each, which for 2,048 pixels blocks the event loop for 240 ms.
 */
function png({ size, isDark }: Matrix, pixelsMin: number): Uint8Array<ArrayBuffer> {
  const pixels = Math.max(pixelsMin, size + 2 * MARGIN);
  const scale = Math.floor(pixels / (size + 2 * MARGIN));
  const start = Math.floor((pixels - size * scale) / 2);
  const places = Array.from({ length: pixels }, (_, pixel) => Math.floor((pixel - start) / scale));
  // A line begins with its filter: 0 is none.
  const lineBytes = 1 + Math.ceil(pixels / 8);
  const lineOf = (row: number) => {
    const line = new Uint8Array(lineBytes).fill(0xff, 1);
    for (const [x, column] of places.entries()) {
      const byte = 1 + (x >> 3);
      if (isDark(row, column)) line[byte] = (line[byte] as number) ^ (0x80 >> (x & 7));
    }
    return line;
  };
  const lines = new Uint8Array(lineBytes * pixels);
  let line = lineOf(-1);
  for (const [y, row] of places.entries()) {
    if (row !== places[y - 1]) line = lineOf(row);
    lines.set(line, y * lineBytes);
  }
  return pngFile(pixels, lines);
}

/** A square PNG of one bit a pixel, in which 1 is light (W3C PNG, third edition). */
function pngFile(pixels: number, lines: Uint8Array): Uint8Array<ArrayBuffer> {
  const kind = Uint8Array.of(/* bits */ 1, /* grey */ 0, 0, 0, 0);
  const header = concat([uint32(pixels), uint32(pixels), kind]);
  const chunks = [chunk("IHDR", header), chunk("IDAT", deflateSync(lines)), chunk("IEND", new Uint8Array())];
  return concat([PNG_SIGNATURE, ...chunks]);
}

/** A chunk of a PNG: length, type, data and checksum. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = concat([encoder.encode(type), data]);
  return concat([uint32(data.length), body, uint32(crc32(body))]);
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** The code as lines for a terminal: a character is one module wide and two high. */
export async function qrText(text: string, { colors }: { readonly colors: boolean }): Promise<string> {
  const { size, isDark } = await matrixOf(text);
  const lines: string[] = [];
  for (let row = -TERMINAL_MARGIN; row < size + TERMINAL_MARGIN; row += 2) {
    let line = "";
    for (let column = -TERMINAL_MARGIN; column < size + TERMINAL_MARGIN; column++) {
      line += halfBlock(isDark(row, column), isDark(row + 1, column));
    }
    lines.push(colors ? `${BLACK_ON_WHITE}${line}${PLAIN}` : line);
  }
  return lines.join("\n");
}

function halfBlock(upper: boolean, lower: boolean): string {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}
