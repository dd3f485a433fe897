/**
 * A cabinet as the domain knows it, between the operator's description, the database's rows and what the device
 * side and people need of it.
 *
 * @module
 */
import type { Wiring } from "../boards/mod.ts";
import type { CabinetRow } from "../db/cabinets.ts";
import type { CellState, Mode } from "./types.ts";

/** A cell and where its lock hangs. */
export interface Cell {
  readonly cell: number;
  readonly board: number;
  readonly channel: number;
  readonly size: string;
  readonly state: CellState;
}

/** A cabinet's description. */
export interface Cabinet {
  readonly id: string;
  readonly name: string;
  readonly board: string;
  readonly registration: Uint8Array | undefined;
  readonly heartbeat: { readonly bytes: Uint8Array; readonly echo: boolean } | undefined;
  readonly localEcho: boolean;
  readonly wiring: Wiring;
  readonly mode: Mode;
  /** By cell number. */
  readonly cells: readonly Cell[];
  /** Milliseconds since 1970; `undefined`: never heard of. */
  readonly lastSeenAt: number | undefined;
}

/** The cabinet that a row describes. Rows are written by {@linkcode rowOf} only, so their words are known. */
export function cabinetOf(row: CabinetRow): Cabinet {
  return {
    id: row.id,
    name: row.name,
    board: row.board,
    registration: row.registration === null ? undefined : Uint8Array.fromHex(row.registration),
    heartbeat: row.heartbeat === null
      ? undefined
      : { bytes: Uint8Array.fromHex(row.heartbeat), echo: row.heartbeat_echo === 1 },
    localEcho: row.local_echo === 1,
    wiring: row.wiring as Wiring,
    mode: row.mode as Mode,
    cells: row.cells.map(({ cell, board, channel, size, state }) => ({
      cell,
      board,
      channel,
      size,
      state: state as CellState,
    })),
    lastSeenAt: row.last_seen_at ?? undefined,
  };
}

/** The rows that describe the cabinet. */
export function rowOf(cabinet: Cabinet, now: number): CabinetRow {
  return {
    id: cabinet.id,
    name: cabinet.name,
    board: cabinet.board,
    registration: cabinet.registration?.toHex() ?? null,
    heartbeat: cabinet.heartbeat?.bytes.toHex() ?? null,
    heartbeat_echo: Number(cabinet.heartbeat?.echo ?? false),
    local_echo: Number(cabinet.localEcho),
    wiring: cabinet.wiring,
    mode: cabinet.mode,
    locks: JSON.stringify(cabinet.cells.map(({ cell, board, channel }) => [cell, board, channel])),
    created_at: now,
    updated_at: now,
    last_seen_at: null,
    cells: cabinet.cells.map((cell) => ({ cabinet: cabinet.id, ...cell })),
  };
}
