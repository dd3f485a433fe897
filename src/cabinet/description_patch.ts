import { isObject, merged, patchOf } from "../lib/schemas/merge_patch.ts";
import { type CabinetDescription, cabinetShape, describedIn } from "./description.ts";
import type { DescribedCell } from "./description_body.ts";

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

/**
 * What of written bytes stays beside what is said of them: they are text or hex, and lie at a place or anywhere. Said in one
 * way, they are no longer there in the other.
 */
export function respelt(written: unknown, said: unknown): unknown {
  if (!isObject(written) || !isObject(said)) return written;
  const kept = new Map(Object.entries(written));
  if ("text" in said || "hex" in said) ["text", "hex"].forEach((name) => kept.delete(name));
  if (said["anywhere"] === true) kept.delete("at");
  if (typeof said["at"] === "number") kept.delete("anywhere");
  return Object.fromEntries(kept);
}
