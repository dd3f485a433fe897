import { deepEqual, equal, throws } from "node:assert/strict";
import { CONTROLLER } from "../../lib/limits.ts";
import { ProtocolError } from "./lines.ts";
import { LineSplitter } from "./line_splitter.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

/** The lines in the chunks, and the rest. */
function split(chunks: Iterable<Uint8Array>): { lines: string[]; rest: string } {
  const splitter = new LineSplitter();
  const lines: string[] = [];
  for (const chunk of chunks) {
    splitter.push(chunk);
    for (let line = splitter.next(); line; line = splitter.next()) lines.push(new TextDecoder().decode(line));
    // A reader reads into the same bytes again.
    chunk.fill(0x58);
  }
  return { lines, rest: new TextDecoder().decode(splitter.rest) };
}

test("LineSplitter returns the same lines however the bytes are cut", () => {
  const bytes = text("one\ntwo\r\n\n\r\nthr\ree\n柜\nrest");
  const expected = { lines: ["one", "two", "", "", "thr\ree", "柜"], rest: "rest" };
  deepEqual(split([bytes.slice()]), expected);
  deepEqual(split(Array.from(bytes, (byte) => Uint8Array.of(byte))), expected);
  for (let cut = 0; cut <= bytes.length; cut++) {
    deepEqual(split([bytes.slice(0, cut), bytes.slice(cut)]), expected, `cut at ${cut}`);
  }
});

test("LineSplitter takes lines of 1,024 bytes with their end, and none that are longer", () => {
  const { lineBytesMax } = CONTROLLER;
  const longest = "x".repeat(lineBytesMax - 1);
  deepEqual(split([text(`${longest}\n`)]).lines, [longest]);
  deepEqual(split([text(longest), text("\n")]).lines, [longest]);
  equal(split([text(`${longest.slice(1)}\r\n`)]).lines[0]?.length, lineBytesMax - 2);
  throws(() => split([text(`x${longest}\n`)]), ProtocolError);
  throws(() => split([text(`x${longest}`)]), ProtocolError, "one without an end does not need memory");
  throws(() => split(Array.from(text(`x${longest}`), (byte) => Uint8Array.of(byte))), ProtocolError);
});
