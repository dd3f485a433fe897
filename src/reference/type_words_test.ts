import { deepEqual, equal } from "node:assert/strict";
import { choicesOf, limitsOf, patternOf, wordOf } from "./type_words.ts";

Deno.test("wordOf() calls a value by its format, or by its type", () => {
  deepEqual(
    [
      { type: "string" },
      { type: "string", format: "uuid" },
      { type: "string", format: "unheard-of" },
      { type: "boolean" },
      { type: "object", additionalProperties: {} },
      {},
    ].map(wordOf),
    ["text", "UUID", "text", "true or false", "object with any names", "any JSON"],
  );
});

Deno.test("limitsOf() says how long, many or large a value may be, and not what JavaScript's integers may", () => {
  deepEqual(
    [
      { type: "string", minLength: 1, maxLength: 1_000 },
      { type: "string", minLength: 8 },
      { type: "array", maxItems: 50 },
      { type: "array", minItems: 2, maxItems: 2 },
      { type: "integer", minimum: -Number.MAX_SAFE_INTEGER, maximum: 9 },
      { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      { type: "number", minimum: 0.1, maximum: 3_600 },
      { type: "integer" },
    ].map(limitsOf),
    [
      "1 to 1,000 characters",
      "8 characters or more",
      "up to 50 items",
      "2 items",
      "up to 9",
      "0 or more",
      "0.1 to 3,600",
      "",
    ],
  );
});

Deno.test("choicesOf() has all that a value may be, null last", () => {
  const text = { type: "string" };
  deepEqual(choicesOf(text), [text]);
  deepEqual(choicesOf({ type: ["null", "string"] }), [text, { type: "null" }]);
  deepEqual(choicesOf({ anyOf: [{ anyOf: [{ type: "null" }, text] }, { const: 1 }] }), [
    text,
    { const: 1 },
    { type: "null" },
  ]);
});

Deno.test("patternOf() has no pattern that a format's name says", () => {
  equal(patternOf({ pattern: "^a$" }), "^a$");
  equal(patternOf({ pattern: "^[0-9a-f-]{36}$", format: "uuid" }), undefined);
});
