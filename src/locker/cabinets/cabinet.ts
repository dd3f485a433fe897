import type { CabinetDescription } from "../../cabinet/description.ts";
import type { DescribedCabinet, DescribedCell } from "../../cabinet/description_body.ts";
import type { CabinetView } from "../../cabinet/types.ts";
import type { DoorState } from "../../cabinet/doors.ts";
import { sizesOf } from "../rules.ts";
import type { CellState } from "../../cabinet/kinds.ts";

/** A cell of a cabinet, and which lock of which board it has. */
export interface CabinetCell extends Omit<DescribedCell, "state"> {
  readonly state: CellState;
}

/** A cabinet. The secret of a smart controller is not in it, so that nothing can show it. */
export interface Cabinet extends CabinetDescription {
  readonly id: string;
  /** By cell number. */
  readonly cells: readonly CabinetCell[];
  /** Milliseconds since 1970; `undefined`: never heard of. */
  readonly lastSeenAt: number | undefined;
}

/** A cabinet as the operator describes it. */
export interface Description extends DescribedCabinet {
  readonly id: string;
}

/** The cabinet as people see it, with its doors as far as they are known. */
export function viewOf(
  cabinet: Cabinet,
  { online, doors }: { online: boolean; doors: ReadonlyMap<number, DoorState> },
): CabinetView {
  const { id, name, mode, layout, contact } = cabinet;
  const cells = cabinet.cells.map(({ cell, size, state }) => ({
    cell,
    size,
    state,
    door: doors.get(cell) ?? "unknown" as const,
  }));
  const sizes = sizesOf(cabinet.rules, cells.map(({ size }) => size));
  return { id, name, mode, online, cells, sizes, ...layout && { layout }, ...contact && { contact } };
}
