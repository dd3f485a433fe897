/**
 * What is sent to the phone: `deno task build` has made it before the tests run.
 *
 * @module
 */
import assert from "node:assert/strict";

const gzippedBytesMax = 16 * 1024;

function built(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(new URL(`../../dist/${name}`, import.meta.url));
}

Deno.test("dist/page.js is small enough for a phone in a basement", async () => {
  const stream = new Blob([await built("page.js")]).stream().pipeThrough(new CompressionStream("gzip"));
  const { byteLength } = await new Response(stream).arrayBuffer();
  assert.ok(byteLength < gzippedBytesMax, `${byteLength} bytes gzipped`);
});

Deno.test("dist/page.js leaves the server's half out", async () => {
  const script = new TextDecoder().decode(await built("page.js"));
  assert.doesNotMatch(script, /discriminatedUnion|isEscaped|<!DOCTYPE/);
});

Deno.test("dist/page.css is minified", async () => {
  assert.doesNotMatch(new TextDecoder().decode(await built("page.css")), /\n {2}|\/\*/);
});
