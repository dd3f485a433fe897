/**
 * Text that comes from outside, read strictly: what is not UTF-8 is refused instead of being changed.
 *
 * @module
 */

/** Thrown where bytes, or the halves of characters that JSON can say, are no text in UTF-8. */
export class NotUtf8Error extends Error {
  override name = "NotUtf8Error";
}

const DECODER = new TextDecoder("utf-8", { fatal: true });
/** How JSON says the half of a pair. */
const ESCAPED_HALF = /\\u[dD][89a-fA-F]/;

/**
 * The text that the bytes are. A byte order mark before it is no part of it.
 *
 * @throws {NotUtf8Error}
 */
export function utf8Of(bytes: Uint8Array | ArrayBuffer): string {
  try {
    return DECODER.decode(bytes);
  } catch (cause) {
    throw new NotUtf8Error("is not UTF-8", { cause });
  }
}

/**
 * The value that the JSON means.
 *
 * @throws {SyntaxError} if it is no JSON
 * @throws {NotUtf8Error} if a text in it has half of a character, which no database takes as it is
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (ESCAPED_HALF.test(text) && hasHalf(value)) {
    throw new NotUtf8Error("has half of a character, which is not UTF-8");
  }
  return value;
}

function hasHalf(value: unknown): boolean {
  // Not by recursion: it may be nested deeper than the stack goes.
  const left = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one === "string" && !one.isWellFormed()) return true;
    if (typeof one !== "object" || one === null) continue;
    for (const [name, inner] of Object.entries(one)) left.push(name, inner);
  }
  return false;
}
