import { deepEqual, equal, throws } from "node:assert/strict";
import { NotUtf8Error, parseJson, utf8Of } from "./utf8.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("utf8Of() reads UTF-8, with or without a mark before it, and nothing else", () => {
  for (const text of ["", "大堂 A", "😀", "a\0b", "\ufffd"]) {
    equal(utf8Of(new TextEncoder().encode(text)), text);
    equal(utf8Of(new TextEncoder().encode(`\ufeff${text}`)), text);
  }
  for (const hex of ["B4F3CCC341", "E5A4", "C0AF", "EDA080", "F4908080", "FFFE4100", "80"]) {
    throws(() => utf8Of(Uint8Array.fromHex(hex)), NotUtf8Error, hex);
  }
});

pure("parseJson() takes whole characters, however they are written", () => {
  for (const value of ["大堂", "😀", "\\ud800", { "\\ud800": ["\\udc00"] }, null, 7, [[]]]) {
    deepEqual(parseJson(JSON.stringify(value)), value);
  }
  equal(parseJson('"\\ud83d\\uDE00"'), "😀");
  throws(() => parseJson("{"), SyntaxError);
});

pure("parseJson() refuses halves of characters, in names and values, however deep", () => {
  const deep = 100_000;
  for (
    const json of [
      '"\\ud800"',
      '"x\\uDC00x"',
      '"\\udc00\\ud800"',
      '{"\\ud800":1}',
      '[{"a":[null,"\\ud83d"]}]',
      JSON.stringify([...Array(deep).keys(), "\ud800"]),
      `${"[".repeat(deep)}"\\ud800"${"]".repeat(deep)}`,
    ]
  ) {
    throws(() => parseJson(json), NotUtf8Error, json.slice(0, 40));
  }
});
