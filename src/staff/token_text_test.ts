import { equal, match } from "node:assert/strict";
import fc from "fast-check";
import { newToken, parsedToken } from "./token_text.ts";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

Deno.test("newToken() makes tokens of one length, which parsedToken() takes, with spaces around them too", () => {
  const made = new Set(Array.from({ length: 1_000 }, newToken));
  equal(made.size, 1_000);
  for (const token of made) {
    match(token, /^kg_[0-9A-Za-z]{49}$/);
    equal(parsedToken(` ${token}\n`), token);
  }
});

Deno.test("parsedToken() refuses a token in which a character was changed", () => {
  fc.assert(fc.property(fc.nat(48), fc.nat(61), (at, digit) => {
    const token = newToken();
    const changed = token.slice(0, 3 + at) + DIGITS[digit] + token.slice(4 + at);
    equal(parsedToken(changed), changed === token ? token : undefined);
  }));
});

Deno.test("parsedToken() refuses texts that are not tokens", () => {
  const token = newToken();
  for (
    const text of [
      "",
      "kg_",
      token.slice(1),
      token.toUpperCase(),
      `${token}0`,
      token.slice(0, -1),
      `${token}\0`,
    ]
  ) {
    equal(parsedToken(text), undefined);
  }
});
