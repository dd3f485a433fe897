/**
 * Reads the pictures of QR codes back, for tests. A code is its rows, a `#` for each dark module.
 *
 * @module
 */
import { crc32, inflateSync } from "node:zlib";
import QRCode from "qrcode";

/** Light modules around a code, ISO 18004. */
const MARGIN = 4;

/** What a reader has to find, from the package alone. */
export function codeOf(text: string): string[] {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: "M" });
  return rows(modules.size, (row, column) => modules.get(row, column) !== 0);
}

/** Rows of so many modules. */
export function rows(size: number, isDark: (row: number, column: number) => boolean): string[] {
  return Array.from({ length: size }, (_, row) => {
    return Array.from({ length: size }, (_, column) => isDark(row, column) ? "#" : ".").join("");
  });
}

/** Reads the package's SVG: `M` and `m` move, `h` draws dark modules. */
export function readSvg(svg: string): string[] {
  const dark = new Set<string>();
  let [x, y] = [0, 0];
  const path = /stroke="#000000" d="([^"]*)"/.exec(svg)?.[1] ?? "";
  for (const [, command, first, second] of path.matchAll(/([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?/g)) {
    if (command === "M") [x, y] = [Number(first), Number(second) - 0.5];
    else if (command === "m") x += Number(first);
    else for (const end = x + Number(first); x < end; x++) dark.add(`${y - MARGIN} ${x - MARGIN}`);
  }
  const width = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  return rows(width - 2 * MARGIN, (row, column) => dark.has(`${row} ${column}`));
}

/** What is in a PNG file of one bit a pixel. */
export interface Read {
  readonly width: number;
  readonly height: number;
  readonly code: string[];
}

/**
 * Reads a PNG whose code has so many modules.
 *
 * @throws {Error} if it is none, or if modules differ in size, are not of one colour, or have too little margin
 */
export function readPng(file: Uint8Array, size: number): Read {
  const { width, height, pixels } = decoded(file);
  const isDark = (x: number, y: number) => pixels[y]?.[x] === "#";
  const first = pixels.findIndex((line) => line.includes("#"));
  const left = pixels[first]?.indexOf("#") ?? -1;
  const last = pixels.findLastIndex((line) => line.includes("#"));
  const module = (last + 1 - first) / size;
  const margin = Math.min(first, left, height - 1 - last, width - left - size * module);
  if (!Number.isInteger(module) || margin < MARGIN * module) {
    throw new Error(`Modules of ${module} pixels, a margin of ${margin}`);
  }
  const code = rows(size, (row, column) => isDark(left + column * module, first + row * module));
  const drawn = rows(
    height,
    (y, x) => code[Math.floor((y - first) / module)]?.[Math.floor((x - left) / module)] === "#",
  );
  if (drawn.join() !== pixels.join()) throw new Error("A module is not of one colour");
  return { width, height, code };
}

function decoded(file: Uint8Array): { width: number; height: number; pixels: string[] } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.subarray(0, 8).toHex() !== "89504e470d0a1a0a") throw new Error("No PNG");
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < file.length;) {
    const end = at + 8 + view.getUint32(at);
    if (crc32(file.subarray(at + 4, end)) !== view.getUint32(end)) throw new Error("A wrong checksum");
    chunks.set(new TextDecoder().decode(file.subarray(at + 4, at + 8)), file.subarray(at + 8, end));
    at = end + 4;
  }
  if ([...chunks.keys()].join() !== "IHDR,IDAT,IEND") throw new Error(`Chunks ${[...chunks.keys()]}`);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const lines = inflateSync(chunks.get("IDAT") ?? new Uint8Array());
  const lineBytes = 1 + Math.ceil(width / 8);
  const pixels = Array.from({ length: height }, (_, y) => {
    const line = lines.subarray(y * lineBytes, (y + 1) * lineBytes);
    if (line[0] !== 0) throw new Error("A filtered line");
    return Array.from(
      { length: width },
      (_, x) => ((line[1 + (x >> 3)] ?? 0) << (x & 7) & 0x80) === 0 ? "#" : ".",
    )
      .join("");
  });
  return { width, height, pixels };
}
