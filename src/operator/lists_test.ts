import { deepEqual, equal, throws } from "node:assert/strict";
import { cursorOf, listed } from "./lists.ts";
import { Problem } from "./problem.ts";

Deno.test({
  name: "cursorOf() understands the `next` of a list, in whatever case ids are written",
  permissions: "none",
  async fn() {
    for (const id of ["5f0f7f6e-0000-4000-8000-00000000000f", "5F0F7F6E-0000-4000-8000-00000000000F"]) {
      const page = { items: [1, 2], next: { at: 1_767_225_600_000, id } };
      const { items, next } = await listed({}, () => Promise.resolve(page), (row) => row * 2);
      deepEqual(items, [2, 4]);
      deepEqual(cursorOf(next ?? undefined), { at: 1_767_225_600_000, id });
    }
    const empty = { items: [], next: undefined };
    equal((await listed({}, () => Promise.resolve(empty), () => 0)).next, null);
    equal(cursorOf(undefined), undefined);
  },
});

Deno.test({
  name: "cursorOf() refuses what no list answered with",
  permissions: "none",
  fn() {
    for (const wrong of ["", "x", "1_", "_5f0f7f6e-0000-4000-8000-00000000000f", "1_5f0f7f6e", "1_\0"]) {
      throws(() => cursorOf(wrong), Problem, wrong);
    }
  },
});
