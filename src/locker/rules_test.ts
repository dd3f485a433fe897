import { deepEqual } from "node:assert/strict";
import { DEFAULT_RULES } from "../cabinet/rules.ts";
import { sizesOf } from "./rules.ts";

Deno.test({
  name: "sizesOf() has each size once, in the order of the rules",
  permissions: "none",
  fn() {
    deepEqual(sizesOf(DEFAULT_RULES, ["XL", "S", "M", "S", "XL"]), ["S", "M", "XL"]);
    deepEqual(sizesOf({ ...DEFAULT_RULES, sizes: ["大", "中", "小"] }, ["小", "大"]), ["大", "小"]);
    deepEqual(sizesOf(DEFAULT_RULES, []), []);
  },
});

Deno.test({
  name: "sizesOf() puts sizes of no rank last, as they came",
  permissions: "none",
  fn() {
    deepEqual(sizesOf(DEFAULT_RULES, ["fridge", "L", "basket", "XS", "fridge"]), [
      "XS",
      "L",
      "fridge",
      "basket",
    ]);
  },
});
