import { isObject, merged, patchOf } from "../lib/schemas/merge_patch.ts";
import { type CabinetDescription, cabinetShape, describedIn } from "./description.ts";
import type { DescribedCell } from "./description_body.ts";
import type { WrittenBytes } from "./registration/written_bytes.ts";

/** What of a cabinet is changed, as JSON Merge Patch (RFC 7396). What it makes of the cabinet is checked as a whole. */
export const cabinetPatch = patchOf(cabinetShape);

/**
 * The cabinet's description with that changed, still to be checked. A cell whose state is not given keeps it.
 *
 * Where a field may be `null`, `null` in the patch is its value ("never", "as many as are free"); elsewhere it gives the
 * field its usual value. Lists are replaced whole.
 */
export function patchedCabinet(
  cabinet: CabinetDescription & { readonly cells: readonly DescribedCell[] },
  patch: Readonly<Record<string, unknown>>,
): unknown {
  const cells = cabinet.cells.map(({ cell, board, channel, size }) => ({ cell, board, channel, size }));
  const { registration, heartbeat } = cabinet;
  const target = {
    ...describedIn(cabinet),
    registration: respelt(registration, patch["registration"]),
    heartbeat: respelt(heartbeat, patch["heartbeat"]),
    cells,
  };
  return merged(target, patch, cabinetShape);
}

/** Bytes are text or hex: where the patch says them in one way, they are no longer there in the other. */
function respelt(written: WrittenBytes | null, patch: unknown): unknown {
  if (written === null || !isObject(patch) || !("text" in patch || "hex" in patch)) return written;
  return Object.fromEntries(Object.entries(written).filter(([name]) => name !== "text" && name !== "hex"));
}
