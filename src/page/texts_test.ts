import assert from "node:assert/strict";
import { noticeTexts } from "./notice_texts.ts";
import { fill, texts } from "./texts.ts";

const permissions = "none";

function* leaves(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) yield* leaves(part);
  }
}

Deno.test({
  name: "texts have no empty text and no placeholder but {n}",
  permissions,
  fn() {
    for (const text of leaves([texts, noticeTexts])) {
      assert.notEqual(text.trim(), "");
      assert.match(text.replace("{n}", ""), /^[^{}]*$/, text);
    }
  },
});

Deno.test({
  name: "texts in Chinese use Chinese punctuation",
  permissions,
  fn() {
    for (const text of leaves([texts.zh, noticeTexts.zh])) assert.doesNotMatch(text, /[,;:!?()]|\.$/, text);
  },
});

Deno.test({
  name: "fill() puts the cell's number in, or nothing",
  permissions,
  fn() {
    assert.equal(fill("{n} 号柜", 7), "7 号柜");
    assert.equal(fill("{n} 号柜", undefined), "号柜");
    assert.equal(fill("没有", 7), "没有");
  },
});
