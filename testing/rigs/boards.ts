/**
 * For the tests of families: bytes as the sources print them, and what a family reads from them.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import type { BoardFamily, DecodeContext, DecodedFrame } from "../../src/boards/family.ts";

/** The bytes of hex with spaces. */
export function hex(text: string): Uint8Array {
  return Uint8Array.fromHex(text.replaceAll(" ", ""));
}

/** The bytes as upper-case hex with spaces. */
export function spaced(bytes: Uint8Array): string {
  return bytes.toHex().toUpperCase().replace(/..(?!$)/g, "$& ");
}

/** A test without permissions. */
export function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

/** What begins with the bytes. */
export function found(
  family: BoardFamily,
  text: string,
  context: DecodeContext = { wiring: family.wiring },
): DecodedFrame | "incomplete" | undefined {
  return family.frameAt(hex(text), 0, context);
}

/**
 * The frame in the bytes, which must be exactly one, and must not be certain before all of its bytes are
 * there. The frame must also be found between other bytes.
 */
export function frame(family: BoardFamily, text: string, context?: DecodeContext): DecodedFrame["frame"] {
  for (let end = text.indexOf(" "); end >= 0; end = text.indexOf(" ", end + 1)) {
    const prefix = text.slice(0, end);
    const before = found(family, prefix, context);
    equal(before === "incomplete" || before?.mayContinue, true, prefix);
  }
  const whole = found(family, text, context);
  if (typeof whole !== "object") throw new RangeError(`Cannot find a frame in ${text}`);
  const around = "55 ".repeat(6);
  const among = family.frameAt(hex(`${around}${text} ${around}`), 6, context ?? { wiring: family.wiring });
  // The bytes behind the frame show that it does not go on.
  const { mayContinue: _, ...ended } = whole;
  deepEqual(among, ended, text);
  equal(whole.length, hex(text).length);
  equal(whole.length <= family.frameBytesMax, true);
  return whole.frame;
}
