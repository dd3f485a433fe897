import { createHash } from "node:crypto";
import { type CabinetDescription, describedIn, DEVICE_FIELDS } from "../../cabinet/description.ts";
import type { DescribedCabinet, DescribedCell } from "../../cabinet/description_body.ts";
import type { CabinetView, Contact } from "../../cabinet/types.ts";
import type { DoorState } from "../../cabinet/doors.ts";
import { sizesOf } from "../rules.ts";
import type { CellState } from "../../cabinet/kinds.ts";

/** Of a hash, with 6 bits each: nobody chooses what is hashed. */
const VERSION_CHARACTERS = 22;

/** A cell of a cabinet, and which lock of which board it has. */
export interface CabinetCell extends Omit<DescribedCell, "state"> {
  readonly state: CellState;
}

/** A cabinet. The secret of a smart controller is not in it, so that nothing can show it. */
export interface Cabinet extends CabinetDescription {
  readonly id: string;
  readonly organization: string;
  /** Whom people ask for help where the cabinet itself says nothing. */
  readonly organizationContact: Contact | null;
  /** By cell number. */
  readonly cells: readonly CabinetCell[];
  /** Milliseconds since 1970; `undefined`: never heard of. */
  readonly lastSeenAt: number | undefined;
  /** When it was described, in milliseconds since 1970: later with each description. */
  readonly describedAt: number;
}

/** A cabinet as the operator describes it. */
export interface Description extends DescribedCabinet {
  readonly id: string;
  /** It never changes. */
  readonly organization: string;
}

/** Whom people of the cabinet ask for help: its own contact, or its organization's. */
export function contactOf({ contact, organizationContact }: Cabinet): Contact | null {
  return contact ?? organizationContact;
}

/** The cabinet as people see it, with its doors as far as they are known. */
export function viewOf(
  cabinet: Cabinet,
  { online, doors }: { online: boolean; doors: ReadonlyMap<number, DoorState> },
): CabinetView {
  const { id, name, mode, layout } = cabinet;
  const contact = contactOf(cabinet);
  const cells = cabinet.cells.map(({ cell, size, state }) => ({
    cell,
    size,
    state,
    door: doors.get(cell) ?? "unknown" as const,
  }));
  const sizes = sizesOf(cabinet.rules, cells.map(({ size }) => size));
  return { id, name, mode, online, cells, sizes, ...layout && { layout }, ...contact && { contact } };
}

/** What of the description a connected device goes by, beside its secret. */
export function concernsDevice(cabinet: CabinetDescription & Pick<Description, "cells">): string {
  const locks = cabinet.cells.map(({ cell, board, channel }) => [cell, board, channel]);
  return JSON.stringify([...DEVICE_FIELDS.map((name) => cabinet[name]), locks]);
}

/** Tells one description of a cabinet from all others: all that a description says is in it, and which cells are out of use. */
export function versionOf(cabinet: Cabinet): string {
  const cells = cabinet.cells.map(({ state, ...cell }) => [
    ...Object.values(cell),
    state === "held" ? "free" : state,
  ]);
  const text = JSON.stringify([cabinet.describedAt, describedIn(cabinet), cells]);
  return createHash("sha256").update(text).digest("base64url").slice(0, VERSION_CHARACTERS);
}
