import assert from "node:assert/strict";
import type { PermitView } from "../../cabinet/types.ts";
import { cabinetOf, cellOf } from "../../../testing/rigs/page.ts";
import { laterPermits, permittedCells } from "./permits.ts";

const permissions = "none";
const cabinet = cabinetOf({ mode: "assigned", cells: [1, 2, 3].map((cell) => cellOf(cell)) });
const minuteMs = Date.parse("2026-01-05T12:00:00Z");

function seen(...permits: readonly PermitView[]) {
  return { permits, cabinet, minuteMs };
}

function permit(cells: readonly number[] | null, from: string, until?: string): PermitView {
  return {
    cells,
    from: `2026-01-05T${from}Z`,
    ...(until === undefined ? {} : { until: `2026-01-05T${until}Z` }),
  };
}

Deno.test({
  name: "permittedCells() counts permits that have begun and not ended, each cell until its latest end",
  permissions,
  fn() {
    const state = seen(
      permit([1, 9], "08:00:00", "13:00:00"),
      permit([1], "08:00:00", "14:00:00"),
      permit([2], "08:00:00", "12:00:00"),
      permit([3], "13:00:00"),
    );
    assert.deepEqual([...permittedCells(state)], [[1, "2026-01-05T14:00:00Z"]]);
  },
});

Deno.test({
  name: "permittedCells() has all cells for a permit of all, without an end where one permit has none",
  permissions,
  fn() {
    const state = seen(permit(null, "08:00:00"), permit([2], "08:00:00", "13:00:00"));
    assert.deepEqual([...permittedCells(state)], [[1, undefined], [2, undefined], [3, undefined]]);
    assert.equal(permittedCells({ ...state, permits: undefined }).size, 0);
  },
});

Deno.test({
  name: "permittedCells() counts a new permit at once, within the minute",
  permissions,
  fn() {
    assert.equal(permittedCells(seen(permit([1], "12:00:59"))).size, 1);
    assert.equal(permittedCells(seen(permit([1], "12:01:00"))).size, 0);
  },
});

Deno.test({
  name: "laterPermits() puts the next one first",
  permissions,
  fn() {
    const [late, soon] = [permit([1], "15:00:00"), permit([2], "13:00:00")];
    assert.deepEqual(laterPermits(seen(late, permit([3], "08:00:00"), soon)), [soon, late]);
  },
});
