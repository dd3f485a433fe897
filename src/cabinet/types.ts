/**
 * The words of the domain that everything else speaks in. Types only, so that browser code may import them.
 *
 * @module
 */

import type { CabinetDescription } from "./description.ts";
import type { DoorState } from "./doors.ts";
import type { LayoutPlace, WallLayout } from "./layout.ts";

export type { LayoutPlace, WallLayout };

/** Whether a cell may be used, apart from where its door is. */
export type CellState = "free" | "held" | "disabled" | "faulty";

/** What somebody wants with a tap. */
export type CommandKind = "open" | "store" | "reopen" | "retrieve" | "pickup";

/**
 * A person's hold of a cell. `held`, `returning` (given back once the door is closed), or `ended`, with why. Times
 * are RFC 3339 in UTC; a rental without an end has no `until`.
 */
export interface RentalView {
  readonly rental: string;
  /** Eight digits that people read out; few rentals have none. */
  readonly number?: string;
  readonly cell: number;
  readonly state: "held" | "returning" | "ended";
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

/** Why a rental ended. `moved`: it is another person's now. */
export type RentalEnd = "retrieved" | "picked-up" | "operator" | "moved";

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

/** A cabinet as people see it. */
export interface CabinetView {
  readonly id: string;
  readonly name: string;
  readonly mode: Mode;
  readonly online: boolean;
  readonly cells: readonly CellView[];
  /** The sizes of its cells, small ones first; those that the operator ranks nowhere last. */
  readonly sizes: readonly string[];
  /** Where nobody said how the doors stand there is none. */
  readonly layout?: WallLayout;
}

/** When somebody may open which cells of a cabinet whose cells are assigned. Times are RFC 3339 in UTC. */
export interface PermitView {
  /** `null`: all. */
  readonly cells: readonly number[] | null;
  readonly from: string;
  readonly until?: string;
}

/** What people are told outside of the page. */
export type NoticeKind = "stored" | "overdue" | "picked-up";

/** Where a command stands. The last five are final. */
export type CommandState =
  | "requested"
  | "sent"
  | "opened"
  | "accepted"
  | "failed"
  | "unconfirmed"
  | "refused";

/**
 * Why a command ended as it did.
 *
 * - `refused`, without a byte sent: `offline`, `busy` (the cabinet has too much to do, or this person has),
 *   `expired` (its time passed before it could be sent), `forbidden`, `disabled` (the cell is out of use),
 *   `unsupported` (the cabinet's board cannot), `stopping` (the service restarts), `unavailable` (the database,
 *   or the way to the program that has the cabinet's connection, does not answer), `full` (no cell of that size
 *   is free), `limit` (this person has as many cells as the cabinet's rules allow), `over` (the rental has
 *   ended), `overdue` (the rental's time is up, the operator has to act), `wrong-code` (no such code, or it was
 *   used, or its time is up), `blocked` (too many wrong codes; later again).
 * - `failed`: `did-not-open` (the board says that the lock stayed shut).
 * - `unconfirmed`: `no-reply` (the board never answered), `not-seen` (it answered, the door was not seen
 *   open), `link-lost` (the connection broke meanwhile), `restarted` (the service died meanwhile).
 */
export type Reason =
  | "offline"
  | "busy"
  | "expired"
  | "forbidden"
  | "disabled"
  | "unsupported"
  | "stopping"
  | "unavailable"
  | "full"
  | "limit"
  | "over"
  | "overdue"
  | "wrong-code"
  | "blocked"
  | "did-not-open"
  | "no-reply"
  | "not-seen"
  | "link-lost"
  | "restarted";
