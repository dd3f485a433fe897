import { deepEqual, equal } from "node:assert/strict";
import { KeyedCounts } from "./keyed_counts.ts";

Deno.test({
  name: "KeyedCounts.enter() lets each key have as many as it may, and one more when one is disposed of",
  permissions: "none",
  fn() {
    const counts = new KeyedCounts(2);
    const [first, second, third] = [counts.enter("anne"), counts.enter("anne"), counts.enter("anne")];
    deepEqual([first !== undefined, second !== undefined, third], [true, true, undefined]);
    deepEqual([counts.hasRoom("anne"), counts.hasRoom("bert")], [false, true]);
    first?.[Symbol.dispose]();
    first?.[Symbol.dispose]();
    equal(counts.hasRoom("anne"), true);
    counts.enter("anne");
    equal(counts.hasRoom("anne"), false, "disposing twice counts once");
  },
});

Deno.test({
  name: "KeyedCounts counts a key anew that had none left",
  permissions: "none",
  fn() {
    const counts = new KeyedCounts(1);
    for (let times = 0; times < 3; times++) {
      const one = counts.enter("anne");
      deepEqual([one !== undefined, counts.enter("anne")], [true, undefined]);
      one?.[Symbol.dispose]();
    }
  },
});
