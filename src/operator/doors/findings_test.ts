import { deepEqual, equal } from "node:assert/strict";
import { foundOf, summaryOf, type TestedCell } from "./findings.ts";

function astray(cell: number, moved: readonly number[]): TestedCell {
  const at = { cell, board: 1, channel: cell, size: "M", state: "free" } as const;
  const seen = { result: { state: "opened" }, command: "", before: "closed", after: "closed" } as const;
  return foundOf(at, { ...seen, moved });
}

Deno.test({
  name: "summaryOf() tells which cells are swapped: two of which each moved the other's switch alone",
  permissions: "none",
  fn() {
    const cells = [
      astray(1, [2]),
      astray(4, [3]),
      astray(2, [1]),
      astray(3, [4]),
      astray(5, [1]),
      astray(6, [7, 8]),
    ];
    deepEqual(cells.map(({ finding }) => finding), Array(6).fill("other-switch"));
    const { channels } = summaryOf(cells, { ended: "done", wiring: "none" });
    deepEqual(channels.map(({ cell, channel }) => [cell, channel]), [[1, 2], [2, 1], [3, 4], [4, 3]]);
  },
});

Deno.test({
  name: "summaryOf() looks at each of a thousand cells a few times, not at each pair",
  permissions: "none",
  fn() {
    let looks = 0;
    const cells = Array.from({ length: 1_000 }, (_, index) => {
      const one = astray(index + 1, [index % 2 === 0 ? index + 2 : index]);
      return new Proxy(one, { get: (target, name) => (looks++, Reflect.get(target, name)) });
    });
    equal(summaryOf(cells, { ended: "done", wiring: "none" }).channels.length, 1_000);
    equal(looks < 50 * cells.length, true, `${looks}`);
  },
});
