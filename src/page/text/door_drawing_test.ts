import assert from "node:assert/strict";
import type { WallLayout } from "../../cabinet/types.ts";
import { cabinetOf, cellOf, rentalOf, storageState } from "../../../testing/rigs/page.ts";
import { reduce } from "../state/model.ts";
import { doorColumnsOf, doorMarker, doorPositionOf } from "./door_drawing.ts";

const permissions = "none";
const sizes = ["S", "M", "L"];
const cells = [cellOf(1, { size: "S" }), cellOf(2, { size: "M" }), cellOf(3, { size: "L" })];

function drawing(...columns: WallLayout["columns"]) {
  return doorColumnsOf(cabinetOf({ cells, sizes, layout: { columns } }))
    ?.map((places) => places.map(({ cell, quarters }) => [cell?.cell, quarters]));
}

Deno.test({
  name:
    "doorColumnsOf() draws a door without a height the higher the larger its size, in quarters of the lowest",
  permissions,
  fn() {
    assert.deepEqual(drawing([{ cell: 1 }, { cell: 2 }], [{ gap: 0.5 }, { cell: 3 }]), [
      [[1, 4], [2, 6]],
      [[undefined, 2], [3, 8]],
    ]);
  },
});

Deno.test({
  name: "doorColumnsOf() compares given heights, and draws none beyond eight times the lowest",
  permissions,
  fn() {
    const columns = [[{ cell: 1, height: 0.5 }, { cell: 2, height: 1.5 }, { cell: 3, height: 20 }]];
    assert.deepEqual(drawing(...columns), [[[1, 4], [2, 12], [3, 32]]]);
  },
});

Deno.test({
  name:
    "doorColumnsOf() adds a column for doors that the layout lacks, and leaves a gap for a door that is gone",
  permissions,
  fn() {
    assert.deepEqual(drawing([{ cell: 1 }, { cell: 9 }]), [[[1, 4], [undefined, 4]], [[2, 6], [3, 8]]]);
    assert.equal(doorColumnsOf(cabinetOf()), undefined);
  },
});

Deno.test({
  name: "doorPositionOf() counts doors only",
  permissions,
  fn() {
    const cabinet = cabinetOf({
      layout: { columns: [[{ cell: 1 }], [{ gap: 1 }, { cell: 2 }, { cell: 3 }]] },
    });
    assert.deepEqual(doorPositionOf(cabinet, 3), { column: 2, row: 2 });
    assert.equal(doorPositionOf(cabinet, 4), undefined);
    assert.equal(doorPositionOf(cabinetOf(), 1), undefined);
  },
});

Deno.test({
  name: "doorMarker() marks what the person has and opens before the state of the cells",
  permissions,
  fn() {
    const all = [
      cellOf(1, { state: "held" }),
      cellOf(2, { state: "held" }),
      cellOf(3, { state: "faulty", door: "open" }),
      cellOf(4, { door: "open" }),
      cellOf(5),
    ];
    const state = storageState([rentalOf("r1"), rentalOf("old", { cell: 5, state: "ended" })], {
      cells: all,
    });
    assert.deepEqual(all.map(doorMarker(state)), ["mine", "held", "faulty", "open", "free"]);
    const request = { type: "reopen", rental: "r1" } as const;
    const opening = reduce(state, { type: "tapped", id: "t", request, nowMs: 0 });
    assert.equal(doorMarker(opening)(all[0] ?? cellOf(1)), "opening");
  },
});
