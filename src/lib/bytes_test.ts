import { deepEqual, equal } from "node:assert/strict";
import { concat, equals, startsWith } from "@std/bytes";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

Deno.test({
  name: "concat() joins in order and keeps nothing of its arguments",
  permissions: "none",
  fn() {
    const first = bytes(1, 2);
    const joined = concat([first, bytes(), bytes(3)]);
    first[0] = 9;
    deepEqual(joined, bytes(1, 2, 3));
  },
});

Deno.test({
  name: "equals() and startsWith() compare bytes, not identity",
  permissions: "none",
  fn() {
    equal(equals(bytes(1, 2), bytes(1, 2)), true);
    equal(equals(bytes(1, 2), bytes(1, 2, 3)), false);
    equal(equals(bytes(1, 2), bytes(1, 3)), false);
    equal(startsWith(bytes(1, 2), bytes()), true);
    equal(startsWith(bytes(1), bytes(1, 2)), false);
  },
});
