import { deepEqual, doesNotMatch, equal } from "node:assert/strict";
import { described } from "../../../testing/rigs/described.ts";
import { describedIn } from "../../cabinet/description.ts";
import type { WallLayout } from "../../cabinet/types.ts";
import type { CabinetRow } from "../../db/queries/cabinets.ts";
import type { Description } from "./cabinet.ts";
import { cabinetOf, descriptionOf, rowOf } from "./rows.ts";

const layout: WallLayout = { columns: [[{ cell: 2 }, { gap: 1 }], [{ cell: 1, height: 2 }, { cell: 3 }]] };

/** A cabinet of which all was said. */
const full = described({
  registration: { text: "IMEI1" },
  heartbeat: { hex: "FE", echo: true, intervalSeconds: 0.5 },
  localEcho: true,
  wiring: "none",
  addresses: ["10.0.0.0/8"],
  leftOpenSeconds: 1,
  offlineSeconds: 2,
  mode: "storage",
  rules: { ...described().rules, rentalsPerPerson: 2, sizes: ["S", "L"] },
  layout,
  contact: { telephone: "400 123 4567", text: "物业前台，8:00–22:00" },
});

Deno.test({
  name: "rowOf() and descriptionOf() keep what was said of a cabinet, and that nothing was",
  permissions: "none",
  fn() {
    const never = described({ leftOpenSeconds: null, offlineSeconds: null });
    for (const said of [full, described(), never]) {
      deepEqual(descriptionOf(stored(said)), describedIn(said));
    }
  },
});

Deno.test({
  name:
    "rowOf() writes all that SQL does not compare as JSON, which is the whole description with its columns",
  permissions: "none",
  fn() {
    const { name, board, registration, wiring, mode, leftOpenSeconds, offlineSeconds, ...rest } = describedIn(
      full,
    );
    deepEqual(JSON.parse(rowOf(full, 0).description ?? ""), rest);
    const compared = { name, board, registration, wiring, mode, leftOpenSeconds, offlineSeconds };
    deepEqual(describedIn({ ...compared, ...rest }), describedIn(full));
  },
});

Deno.test({
  name: "descriptionOf() goes by the columns where the version before has written since",
  permissions: "none",
  fn() {
    const changed = described({ name: "Hall", addresses: ["10.1.2.3"], mode: "storage" });
    const { description: _description, cells: _cells, ...before } = rowOf(changed, 1);
    const { contact } = full;
    deepEqual(descriptionOf({ ...stored(full), ...before }), { ...describedIn(changed), contact });
  },
});

Deno.test({
  name: "descriptionOf() reads a row that only the version before has described, and a rule that it lacks",
  permissions: "none",
  fn() {
    const unsaid = { contact: null };
    deepEqual(descriptionOf({ ...stored(full), description: null }), { ...describedIn(full), ...unsaid });
    const { graceSeconds: _, ...rules } = full.rules;
    deepEqual(descriptionOf({ ...stored(full), rules: JSON.stringify(rules) }).rules, full.rules);
  },
});

Deno.test({
  name: "descriptionOf() shows nothing that only a later version knows",
  permissions: "none",
  fn() {
    const row = stored(full);
    const later = JSON.stringify({ ...JSON.parse(row.description ?? ""), colour: "red" });
    equal("colour" in descriptionOf({ ...row, description: later }), false);
  },
});

Deno.test({
  name: "rowOf() and cabinetOf() show no secret",
  permissions: "none",
  fn() {
    const secret = "0123456789abcdef";
    const smart = described({ board: "kaigui", secret });
    doesNotMatch(JSON.stringify(rowOf(smart, 0)), new RegExp(secret));
    const row = { ...stored(smart), secret, sealed_secret: secret };
    doesNotMatch(JSON.stringify(cabinetOf(row)), new RegExp(secret));
  },
});

/** The row as it comes back out of the database. */
function stored(said: Description): CabinetRow {
  const unsaid = {
    secret: null,
    sealed_secret: null,
    offline_since: null,
    online: 0,
    online_at: 0,
    online_epoch: 0,
    awaited_since: null,
    event_log: null,
    event_seq: 0,
    organization_contact: null,
  };
  return { ...rowOf(said, 0), ...unsaid, cells: [] };
}
