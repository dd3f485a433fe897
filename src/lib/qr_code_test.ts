import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { codeOf, readPng, readSvg } from "../../testing/qr_reader.ts";
import { qrPicture, qrSvg } from "./qr_code.ts";

const LINK = "https://k.example/c/lobby-a";

Deno.test({
  name: "qrPicture() draws modules of one size in a PNG that is as large as was asked for",
  permissions: "none",
  fn: async () => {
    const code = codeOf(LINK);
    for (const pixels of [64, 199, 512, 2048]) {
      const png = await qrPicture(LINK, { format: "png", pixels });
      deepEqual(readPng(png, code.length), { width: pixels, height: pixels, code });
    }
  },
});

Deno.test({
  name: "qrPicture() makes a PNG larger when it would have less than a pixel for a module",
  permissions: "none",
  fn: async () => {
    const link = `${LINK}/${"x".repeat(200)}`;
    const code = codeOf(link);
    const width = code.length + 8;
    const png = await qrPicture(link, { format: "png", pixels: 64 });
    deepEqual(readPng(png, code.length), { width, height: width, code });
    equal(width > 64, true);
  },
});

Deno.test({
  name: "qrSvg() has a size only when it was asked for",
  permissions: "none",
  fn: async () => {
    const code = codeOf(LINK);
    const svg = await qrSvg(LINK);
    doesNotMatch(svg, /width=|height=/);
    deepEqual(readSvg(svg), code);
    const sized = await qrSvg(LINK, { pixels: 300 });
    match(sized, /^<svg [^>]*width="300" height="300"/);
    deepEqual(readSvg(sized), code);
  },
});
