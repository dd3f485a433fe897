/**
 * The words of the domain that everything else speaks in. Types only, so that browser code may import them.
 *
 * @module
 */

/** What a door's feedback says. `unknown`: never read, not readable, or the cabinet is offline. */
export type Door = "open" | "closed" | "unknown";

/** Whether a cell may be used, apart from where its door is. */
export type CellState = "free" | "held" | "disabled" | "faulty";

/** One cell as people see it. */
export interface CellView {
  /** The number on the cell's door. */
  readonly cell: number;
  /** The size printed in the cabinet's description, such as `S`, `M`, `L`. */
  readonly size: string;
  readonly state: CellState;
  readonly door: Door;
}

/**
 * Who may open what: `open` lets whoever is signed in open any cell, `storage` gives out free cells,
 * `assigned` goes by permits.
 */
export type Mode = "open" | "storage" | "assigned";

/** A cabinet as people see it. */
export interface CabinetView {
  readonly id: string;
  readonly name: string;
  readonly mode: Mode;
  readonly online: boolean;
  readonly cells: readonly CellView[];
}

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
 *   `expired` (its time passed while it waited), `forbidden`, `disabled` (the cell is out of use),
 *   `unsupported` (the cabinet's board cannot), `stopping` (the service restarts), `unavailable` (the
 *   database does not answer).
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
  | "did-not-open"
  | "no-reply"
  | "not-seen"
  | "link-lost"
  | "restarted";
