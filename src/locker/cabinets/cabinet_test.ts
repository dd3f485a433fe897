import { deepEqual, doesNotMatch, equal } from "node:assert/strict";
import type { CabinetRow } from "../../db/queries/cabinets.ts";
import { type Cabinet, cabinetOf, type Description, rowOf, viewOf, type WiredCellRow } from "./cabinet.ts";
import { DEFAULT_RULES } from "../rules.ts";
import type { WallLayout } from "../../cabinet/types.ts";

const layout: WallLayout = { columns: [[{ cell: 2 }, { gap: 1 }], [{ cell: 1, height: 2 }, { cell: 3 }]] };

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
  cells: ["L", "S", "L"].map((size, index): WiredCellRow => (
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
      deepEqual(cabinetOf(stored({ ...cabinet, layout: kept })).layout, kept);
    }
  },
});

Deno.test({
  name: "rowOf() and cabinetOf() keep what a cabinet's device may do, and when it raises alarms",
  permissions: "none",
  fn() {
    const described: Partial<Cabinet> = {
      heartbeat: { bytes: Uint8Array.of(0xfe), echo: true, intervalMs: 500 },
      wiring: "none",
      addresses: ["10.0.0.0/8"],
      leftOpenMs: 1_000,
      offlineMs: 2_000,
    };
    const nothing: typeof described = {
      heartbeat: undefined,
      wiring: "short-when-locked",
      addresses: undefined,
      leftOpenMs: undefined,
      offlineMs: undefined,
    };
    for (const part of [described, nothing]) {
      const kept = cabinetOf(stored({ ...cabinet, ...part }));
      deepEqual(kept, { ...kept, ...part });
    }
  },
});

Deno.test({
  name: "rowOf() and cabinetOf() show no secret",
  permissions: "none",
  fn() {
    const secret = "0123456789abcdef";
    const smart = { ...cabinet, board: "kaigui", secret };
    doesNotMatch(JSON.stringify(rowOf(smart, 0)), new RegExp(secret));
    const row = { ...stored(smart), secret, sealed_secret: secret };
    doesNotMatch(JSON.stringify(cabinetOf(row)), new RegExp(secret));
  },
});

/** The row as it comes back out of the database. */
function stored(described: Description): CabinetRow {
  const unsaid = {
    secret: null,
    sealed_secret: null,
    offline_since: null,
    awaited_since: null,
    event_log: null,
    event_seq: 0,
  };
  return { ...rowOf(described, 0), ...unsaid, cells: [] };
}
