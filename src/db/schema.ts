/**
 * The tables as the code sees them; `migrations/` makes them. Times are milliseconds since 1970 in UTC, flags
 * are 0 or 1, bytes are lower-case hex: the same on SQLite and on Postgres.
 *
 * @module
 */

/** Every table by its name. */
export interface Schema {
  cabinets: CabinetTable;
  cells: CellTable;
  people: PersonTable;
  commands: CommandTable;
}

/** A cabinet on a wall. */
export interface CabinetTable {
  id: string;
  name: string;
  /** Family of its lock boards. */
  board: string;
  /** What its DTU says first; `null`: nothing can register as this cabinet. */
  registration: string | null;
  heartbeat: string | null;
  /** Whether the DTU wants its heartbeat back. */
  heartbeat_echo: number;
  /** Whether the serial adapter returns what it sends. */
  local_echo: number;
  wiring: string;
  mode: string;
  /**
   * JSON of `[cell, board, channel]` for each cell, as in the table of cells: a device that registers is known by
   * one row, however many cells it has.
   */
  locks: string;
  created_at: number;
  updated_at: number;
  last_seen_at: number | null;
}

/** A cell and where its lock hangs. */
export interface CellTable {
  cabinet: string;
  cell: number;
  board: number;
  channel: number;
  size: string;
  state: string;
}

/** Somebody who opens doors. */
export interface PersonTable {
  id: string;
  kind: string;
  name: string;
  created_at: number;
}

/** The command journal. Rows outlive their cabinet and their person. */
export interface CommandTable {
  /** The tap's UUID. */
  id: string;
  cabinet: string;
  cell: number;
  command: string;
  state: string;
  reason: string | null;
  /** `operator` or `person:<id>`. */
  by: string;
  /** Why the operator did it, in his words. */
  note: string | null;
  requested_at: number;
  sent_at: number | null;
  finished_at: number | null;
}
