import { deepEqual, match } from "node:assert/strict";
import { en } from "./texts_en.ts";
import { zh } from "./texts_zh.ts";

/** All texts, by their way through the object. */
function textsIn(value: unknown, path = ""): [path: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  return Object.entries(value as object).flatMap(([key, inner]) => textsIn(inner, `${path}.${key}`));
}

function placesIn(texts: [string, string][]): [string, string[]][] {
  return texts.map(([path, text]) => [path, [...text.matchAll(/\{\w+\}/g)].map(String).sort()]);
}

Deno.test("both languages have the same texts, with places for the same values", () => {
  deepEqual(placesIn(textsIn(en)), placesIn(textsIn(zh)));
});

Deno.test("every text is in its language", () => {
  const names = [".htmlLang", ".comma", ".done.api"];
  for (const [path, text] of textsIn(zh)) if (!names.includes(path)) match(text, /[\u4e00-\u9fff]/, path);
  for (const [path, text] of textsIn(en)) match(text, /^[^\u3000-\u9fff]+$/, path);
});
