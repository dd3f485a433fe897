import assert from "node:assert/strict";
import { noticeTexts } from "./notice_texts.ts";
import { fill, fillCount } from "./texts.ts";
import { texts } from "./languages.ts";

const permissions = "none";

/** Every text with its path. */
function* leaves(value: unknown, path = ""): Generator<[string, string]> {
  if (typeof value === "string") yield [path, value];
  else if (typeof value === "object" && value !== null) {
    for (const [name, part] of Object.entries(value)) yield* leaves(part, `${path}.${name}`);
  }
}

function placeholders(text: string): string[] {
  return text.match(/\{\w+\}/g) ?? [];
}

Deno.test({
  name: "texts have no empty text, and the same placeholders in both languages",
  permissions,
  fn() {
    const [zh, en] = [
      new Map(leaves([texts.zh, noticeTexts.zh])),
      new Map(leaves([texts.en, noticeTexts.en])),
    ];
    for (const [path, text] of [...zh, ...en]) {
      assert.notEqual(text.trim(), "", path);
      assert.match(text.replace(/\{\w+\}/g, ""), /^[^{}]*$/, text);
    }
    for (const [path, text] of zh) {
      const other = en.get(path) ?? text;
      assert.ok(placeholders(other).every((name) => placeholders(text).includes(name)), `${text} / ${other}`);
    }
  },
});

Deno.test({
  name: "texts in Chinese use Chinese punctuation",
  permissions,
  fn() {
    for (const [, text] of leaves([texts.zh, noticeTexts.zh])) {
      assert.doesNotMatch(text, /[,;:!?()]|\.$/, text);
    }
  },
});

Deno.test({
  name: "texts name the buttons of a card by the words on them",
  permissions,
  fn() {
    for (const { messages, mine, recovery, claim } of Object.values(texts)) {
      const buttons = [mine.take, mine.reopen, mine.collect, mine.again, mine.keep].map(({ main }) => main);
      const words = [...buttons, claim.title, mine.title];
      const all = [...leaves([messages.retry, messages.over, messages.silenceAboutAll, mine, recovery])];
      for (const [, text] of all) {
        for (const [, name = ""] of text.matchAll(/“([^”]+)”/g)) {
          assert.ok(words.some((word) => word.includes(name)), text);
        }
      }
    }
  },
});

Deno.test({
  name:
    "texts send people to the operator in both languages alike, each with the word that the contact goes by",
  permissions,
  fn() {
    const asking = Object.values(texts).map((language) => {
      const { operator } = language.contact;
      return [...leaves({ ...language, contact: {} })].filter(([path, text]) =>
        text.includes(operator) && !path.endsWith(".title")
      ).map(([path]) => path);
    });
    const [zh = [], en = []] = asking;
    assert.deepEqual(en.toSorted(), zh.toSorted());
    assert.ok(zh.includes(".messages.reasons.overdue.next") && zh.length >= 17, zh.join());
    for (const [path, text] of leaves({ ...texts.zh, contact: {} })) {
      if (/联系|请问/.test(text)) assert.ok(zh.includes(path), `${path}: ${text}`);
    }
    for (const [path, text] of leaves({ ...texts.en, contact: {} })) {
      if (/\bask\b/i.test(text)) assert.ok(en.includes(path), `${path}: ${text}`);
    }
  },
});

Deno.test({
  name: "fill() puts in the known values",
  permissions,
  fn() {
    assert.equal(fill("{n} 号柜，换 {old}", { n: 7, old: 3 }), "7 号柜，换 3");
    assert.equal(fill("{n} 号柜", { n: undefined }), "号柜");
    assert.equal(fill("没有", { n: 7 }), "没有");
  },
});

Deno.test({
  name: "fillCount() distinguishes singular and plural where the language does",
  permissions,
  fn() {
    assert.equal(fillCount("{k} day|{k} days", 1), "1 day");
    assert.equal(fillCount("{k} day|{k} days", 2), "2 days");
    assert.equal(fillCount("{k} 天", 2), "2 天");
  },
});
