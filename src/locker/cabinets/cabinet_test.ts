import { deepEqual } from "node:assert/strict";
import { described } from "../../../testing/rigs/described.ts";
import type { WallLayout } from "../../cabinet/types.ts";
import { type Cabinet, type CabinetCell, viewOf } from "./cabinet.ts";

const layout: WallLayout = { columns: [[{ cell: 2 }, { gap: 1 }], [{ cell: 1, height: 2 }, { cell: 3 }]] };

const cabinet: Cabinet = {
  ...described({ id: "lobby", name: "Lobby 大堂", registration: { hex: "0102" }, mode: "storage" }),
  cells: ["L", "S", "L"].map((size, index): CabinetCell => (
    { cell: index + 1, board: 1, channel: index + 1, size, state: "free" }
  )),
  lastSeenAt: undefined,
  describedAt: 0,
  organizationContact: null,
};

Deno.test({
  name: "viewOf() shows people the layout and the contact where there is one, and nothing of the wiring",
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
    const contact = { telephone: "400 123 4567" };
    deepEqual(viewOf({ ...cabinet, contact }, status), { ...view, contact });
  },
});
