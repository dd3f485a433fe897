/**
 * Cabinets, cells, rentals and permits as people see them. Types only, so that browser code may import them.
 *
 * @module
 */

import type { CabinetDescription } from "./description.ts";
import type { DoorState } from "./doors.ts";
import type { CellState, RentalEnd, RentalState } from "./kinds.ts";
import type { LayoutPlace, WallLayout } from "./layout.ts";

export type { LayoutPlace, WallLayout };

/**
 * A person's hold of a cell. `held`, `returning` (given back once the door is closed), or `ended`, with why. Times
 * are RFC 3339 in UTC; a rental without an end has no `until`.
 */
export interface RentalView {
  readonly rental: string;
  /** Eight digits that people read out; few rentals have none. */
  readonly number?: string;
  readonly cell: number;
  readonly state: Exclude<RentalState, "opening">;
  readonly since: string;
  readonly until?: string;
  readonly reason?: RentalEnd;
  /** Another person's, which this person may take out by a pickup code that was used. */
  readonly picked?: true;
  /** In a welcome, of one that ended: for how long it may still be kept, or opened once more, in milliseconds. */
  readonly graceMs?: number;
  /** The person's own, while another person with its code is at the door. */
  readonly collecting?: true;
}

/** One cell as people see it. */
export interface CellView {
  /** The number on the cell's door. */
  readonly cell: number;
  /** The size printed in the cabinet's description, such as `S`, `M`, `L`. */
  readonly size: string;
  readonly state: CellState;
  readonly door: DoorState;
}

/** Who may open what. */
export type Mode = CabinetDescription["mode"];

/** Whom people ask for help. */
export type Contact = NonNullable<CabinetDescription["contact"]>;

/** A cabinet as people see it. */
export interface CabinetView {
  readonly id: string;
  readonly name: string;
  readonly mode: Mode;
  readonly online: boolean;
  readonly cells: readonly CellView[];
  /** The sizes of its cells, small ones first; those that the operator ranks nowhere last. */
  readonly sizes: readonly string[];
  /** Not given: the operator has not said how the doors stand. */
  readonly layout?: WallLayout;
  /** Where the operator says none there is none. */
  readonly contact?: Contact;
}

/** When a person may open which cells of a cabinet whose cells are assigned. Times are RFC 3339 in UTC. */
export interface PermitView {
  /** `null`: all. */
  readonly cells: readonly number[] | null;
  readonly from: string;
  readonly until?: string;
}
