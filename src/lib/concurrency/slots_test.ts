import { deepEqual, equal } from "node:assert/strict";
import { Slots } from "./slots.ts";

Deno.test({
  name: "Slots.enter() lets in as many as there may be, and one more when one is disposed of",
  permissions: "none",
  fn() {
    const slots = new Slots(2);
    const [first, second, third] = [slots.enter(), slots.enter(), slots.enter()];
    deepEqual([first !== undefined, second !== undefined, third], [true, true, undefined]);
    first?.[Symbol.dispose]();
    first?.[Symbol.dispose]();
    equal(slots.enter() !== undefined, true);
    equal(slots.enter(), undefined, "disposing twice counts once");
  },
});
