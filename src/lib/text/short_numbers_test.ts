import { equal, ok } from "node:assert/strict";
import { isNumber, newNumber } from "./short_numbers.ts";

Deno.test({
  name: "isNumber() finds every digit that is wrong, and every two that were swapped",
  permissions: "none",
  fn() {
    for (let times = 0; times < 200; times++) {
      const number = newNumber();
      ok(isNumber(number), number);
      for (let at = 0; at < number.length; at++) {
        const [before, digit = "", after] = [number.slice(0, at), number[at], number.slice(at + 1)];
        for (const wrong of "0123456789".replace(digit, "")) {
          equal(isNumber(before + wrong + after), false, number);
        }
        const next = after[0] ?? digit;
        if (next !== digit) equal(isNumber(before + next + digit + after.slice(1)), false, number);
      }
    }
  },
});

Deno.test({
  name: "isNumber() takes eight digits only",
  permissions: "none",
  fn() {
    for (const text of ["", "5724", "1234567a", `${newNumber()}0`, "１２３４５６７８"]) {
      equal(isNumber(text), false, text);
    }
  },
});
