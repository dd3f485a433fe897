/**
 * The part of `@std/bytes` that the code uses, with the same names and signatures. When JSR can be reached, one line of
 * `deno.json` replaces this file: `"@std/bytes": "jsr:@std/bytes@1"`.
 *
 * @module
 */

/** Joins byte arrays into a new one. */
export function concat(arrays: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(arrays.reduce((length, array) => length + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    joined.set(array, offset);
    offset += array.length;
  }
  return joined;
}

/** Whether both hold the same bytes. */
export function equals(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && startsWith(a, b);
}

/** Whether `source` begins with all of `prefix`. */
export function startsWith(source: Uint8Array, prefix: Uint8Array): boolean {
  if (prefix.length > source.length) return false;
  for (let i = 0; i < prefix.length; i++) if (source[i] !== prefix[i]) return false;
  return true;
}
