/** Thrown where bytes are not UTF-8, or where JSON has half of a surrogate pair, which cannot be written in UTF-8. */
export class NotUtf8Error extends Error {
  override name = "NotUtf8Error";
}

const DECODER = new TextDecoder("utf-8", { fatal: true });
/** How JSON escapes half of a surrogate pair. */
const ESCAPED_HALF = /\\u[dD][89a-fA-F]/;

/**
 * The text that the bytes encode, without a byte order mark; nothing in it is replaced.
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
 * The value of the JSON text.
 *
 * @throws {SyntaxError} if the text is not valid JSON
 * @throws {NotUtf8Error} if a string in it has half of a surrogate pair, which no database takes as it is
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (ESCAPED_HALF.test(text) && hasHalf(value)) {
    throw new NotUtf8Error("has half of a character, which is not UTF-8");
  }
  return value;
}

function hasHalf(value: unknown): boolean {
  // Not by recursion: the value may be nested deeper than the stack goes.
  const left = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one === "string" && !one.isWellFormed()) return true;
    if (typeof one !== "object" || one === null) continue;
    for (const [name, inner] of Object.entries(one)) left.push(name, inner);
  }
  return false;
}
