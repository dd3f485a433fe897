import { deepEqual, equal } from "node:assert/strict";
import { type Cabinet, cabinetOf, type Cell, rowOf, viewOf } from "./cabinet.ts";
import { DEFAULT_RULES } from "./rules.ts";
import type { Layout } from "./types.ts";

const layout: Layout = { columns: [[{ cell: 2 }, { gap: 1 }], [{ cell: 1, height: 2 }, { cell: 3 }]] };

const cabinet: Cabinet = {
  id: "lobby",
  name: "Lobby 大堂",
  board: "8a",
  registration: Uint8Array.of(1, 2),
  heartbeat: undefined,
  localEcho: false,
  wiring: "short-when-locked",
  mode: "storage",
  rules: DEFAULT_RULES,
  layout: undefined,
  cells: ["L", "S", "L"].map((size, index): Cell => (
    { cell: index + 1, board: 1, channel: index + 1, size, state: "free" }
  )),
  lastSeenAt: undefined,
};

Deno.test({
  name: "viewOf() shows people the layout where there is one, and nothing of the wiring",
  permissions: "none",
  fn() {
    const status = { online: true, doors: new Map([[1, "open"], [2, "closed"]] as const) };
    const view = {
      id: "lobby",
      name: "Lobby 大堂",
      mode: "storage",
      online: true,
      cells: [
        { cell: 1, size: "L", state: "free", door: "open" },
        { cell: 2, size: "S", state: "free", door: "closed" },
        { cell: 3, size: "L", state: "free", door: "unknown" },
      ],
      sizes: ["S", "L"],
    };
    deepEqual(viewOf(cabinet, status), view);
    deepEqual(viewOf({ ...cabinet, layout }, status), { ...view, layout });
  },
});

Deno.test({
  name: "rowOf() and cabinetOf() keep a layout, and that there is none",
  permissions: "none",
  fn() {
    equal(rowOf(cabinet, 0).layout, null);
    for (const kept of [undefined, layout]) {
      const row = rowOf({ ...cabinet, layout: kept }, 0);
      deepEqual(cabinetOf({ ...row, cells: [] }).layout, kept);
    }
  },
});
