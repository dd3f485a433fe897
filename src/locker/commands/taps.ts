import type { CommandTable } from "../../db/mod.ts";
import type { CellRequest } from "../rentals/allocation.ts";
import type { StorageTap } from "./tap_admission.ts";
import { personOf } from "../../cabinet/commands.ts";
import type { Cabinet } from "../cabinets/cabinet.ts";
import { ConflictError } from "../errors.ts";
import type { CommandOutcome } from "../rentals/outcomes.ts";
import type { CommandState, Reason } from "../../cabinet/kinds.ts";

/** A tap that names the cell by its number. */
export interface OpenTap {
  readonly command: "open";
  /** UUID that the page made for this tap; the same one again is the same tap. */
  readonly id: string;
  readonly cabinet: Cabinet;
  readonly cell: number;
  /** `operator`, or `person:`, `account:` or `token:` and an id. */
  readonly by: string;
  /**
   * When it was made, by the service's clock as the tapping side knows it, in milliseconds since 1970.
   *
   * @default {undefined} now
   */
  readonly at?: number | undefined;
  /** The person's `sessionsFrom` by which the tap was let in. @default {undefined} whatever it is */
  readonly sessionsFrom?: number;
  /**
   * It opens no cell that a person has: `forbidden`. That is asked in the transaction that writes the tap down, so nobody is
   * given the cell between the two. @default {false} any person
   */
  readonly onlyUnheld?: boolean | undefined;
  /** Why the operator does it. */
  readonly note?: string;
}

/** A tap that asks for a cell to be opened. */
export type RequestedTap = OpenTap | StorageTap;

/** Where a tap is. */
export interface CommandStep {
  readonly state: CommandState;
  readonly reason?: Reason;
  /** 0 as long as, or since, it is about none. */
  readonly cell: number;
}

/** How a tap ended. */
export interface Result extends Omit<CommandOutcome, "seen"> {
  readonly cell: number;
}

/** Whether both are one tap, asked for twice. */
export function isSame(a: RequestedTap, b: RequestedTap): boolean {
  if (a.by !== b.by || a.cabinet.id !== b.cabinet.id || a.command !== b.command) return false;
  const wish = (tap: RequestedTap) => "cell" in tap ? tap.cell : "rental" in tap ? tap.rental : "";
  return wish(a) === wish(b);
}

/** How old the tap is, in milliseconds. One of the future is as old as one that was made now. */
export function ageOf({ at }: RequestedTap, now: number): number {
  return at === undefined ? 0 : Math.max(0, now - at);
}

/** What a `store` wants of the cabinet. */
export function wishOf(tap: StorageTap): CellRequest | undefined {
  const person = personOf(tap);
  if (tap.command !== "store" || person === undefined) return undefined;
  return { id: tap.id, cabinet: tap.cabinet, person, size: tap.size };
}

/** How a command that is over ended. */
export function resultOf({ state, reason, cell }: CommandTable): Result {
  return {
    state: state as CommandOutcome["state"],
    cell,
    ...(reason === null ? {} : { reason }),
  };
}

/** Whether the command of the journal is this tap. */
export function isSameAs(row: CommandTable, tap: RequestedTap): boolean {
  if (row.by !== tap.by || row.cabinet !== tap.cabinet.id || row.command !== tap.command) {
    return false;
  }
  if (tap.command === "open") return row.cell === tap.cell;
  return !("rental" in tap) || row.rental === tap.rental;
}

/** The tap's id is taken. */
export function conflict(tap: RequestedTap): ConflictError {
  return new ConflictError(`Cannot ${tap.command}: the id ${tap.id} belongs to another command`);
}
