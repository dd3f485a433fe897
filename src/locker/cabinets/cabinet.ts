/**
 * A cabinet as the domain knows it, between the operator's description, the database's rows and what the device
 * side and people need of it.
 *
 * @module
 */
import type { SensorWiring } from "../../boards/mod.ts";
import type { CabinetRow, WantedCabinet } from "../../db/queries/cabinets.ts";
import type { CellTable } from "../../db/mod.ts";
import { type Rules, rulesOf, sizesOf } from "../rules.ts";
import type { CabinetView, CellState, DoorState, Mode, WallLayout } from "../../cabinet/types.ts";

/** An id stands in addresses and on stickers. */
export const CABINET_ID = /^[A-Za-z0-9][\w.-]{0,63}$/;

/** A cell and where its lock hangs. */
export interface WiredCellRow {
  readonly cell: number;
  readonly board: number;
  readonly channel: number;
  readonly size: string;
  readonly state: CellState;
}

/** What a DTU sends now and then. */
export interface Heartbeat {
  readonly bytes: Uint8Array;
  /** Whether the DTU wants it back. */
  readonly echo: boolean;
  /** From one to the next, in milliseconds; not given: nobody said. */
  readonly intervalMs?: number | undefined;
}

/** A cabinet's description. The secret of a smart controller is not in it, so that nothing can show it. */
export interface Cabinet {
  readonly id: string;
  readonly name: string;
  readonly board: string;
  readonly registration: Uint8Array | undefined;
  readonly heartbeat: Heartbeat | undefined;
  readonly localEcho: boolean;
  /** `none`: the locks have no feedback switch, so nobody knows where the doors are. */
  readonly wiring: SensorWiring | "none";
  /** Addresses and networks that its device may connect from; not given: any. */
  readonly addresses?: readonly string[] | undefined;
  /** How long a door may stand open before it is an alarm; not given: for ever. */
  readonly leftOpenMs?: number | undefined;
  /** How long the cabinet may be away before it is an alarm; not given: for ever. */
  readonly offlineMs?: number | undefined;
  readonly mode: Mode;
  readonly rules: Rules;
  /** How the doors stand on the wall. */
  readonly layout: WallLayout | undefined;
  /** By cell number. */
  readonly cells: readonly WiredCellRow[];
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
    heartbeat: heartbeatOf(row),
    localEcho: row.local_echo === 1,
    wiring: row.wiring as Cabinet["wiring"],
    addresses: row.addresses === null ? undefined : JSON.parse(row.addresses) as string[],
    leftOpenMs: row.left_open_ms ?? undefined,
    offlineMs: row.offline_ms ?? undefined,
    mode: row.mode as Mode,
    rules: rulesOf(row.rules),
    layout: row.layout === null ? undefined : JSON.parse(row.layout) as WallLayout,
    cells: row.cells.map((cell) => ({
      cell: cell.cell,
      board: cell.board,
      channel: cell.channel,
      size: cell.size,
      state: cellStateOf(cell),
    })),
    lastSeenAt: row.last_seen_at ?? undefined,
  };
}

function heartbeatOf({ heartbeat, heartbeat_echo, heartbeat_ms }: CabinetRow): Heartbeat | undefined {
  if (heartbeat === null) return undefined;
  const bytes = Uint8Array.fromHex(heartbeat);
  return { bytes, echo: heartbeat_echo === 1, intervalMs: heartbeat_ms ?? undefined };
}

/** What people see of a cell's use: out of use before all else, then whether somebody has it. */
export function cellStateOf({ state, rental }: Pick<CellTable, "state" | "rental">): CellState {
  return state === "free" && rental !== null ? "held" : state as CellState;
}

/** The cabinet as people see it, with its doors as far as they are known. */
export function viewOf(
  cabinet: Cabinet,
  { online, doors }: { online: boolean; doors: ReadonlyMap<number, DoorState> },
): CabinetView {
  const { id, name, mode, layout } = cabinet;
  const cells = cabinet.cells.map(({ cell, size, state }) => ({
    cell,
    size,
    state,
    door: doors.get(cell) ?? "unknown" as const,
  }));
  const sizes = sizesOf(cabinet.rules, cells.map(({ size }) => size));
  return { id, name, mode, online, cells, sizes, ...(layout === undefined ? {} : { layout }) };
}

/** A cabinet as the operator describes it. */
export interface Description extends Omit<Cabinet, "cells" | "lastSeenAt"> {
  /** What its smart controller proves that it knows; not given: the one that there is stays. */
  readonly secret?: string | undefined;
  readonly cells: readonly (Omit<WiredCellRow, "state"> & {
    /** Without one, or where somebody is said to have the cell, it stays as it is. */
    readonly state: CellState | undefined;
  })[];
}

/** The rows that describe the cabinet, but for its controller's secret, which has to be sealed first. */
export function rowOf(cabinet: Description, now: number): Omit<WantedCabinet, "sealed_secret"> {
  return {
    id: cabinet.id,
    name: cabinet.name,
    board: cabinet.board,
    registration: cabinet.registration?.toHex() ?? null,
    heartbeat: cabinet.heartbeat?.bytes.toHex() ?? null,
    heartbeat_echo: Number(cabinet.heartbeat?.echo ?? false),
    heartbeat_ms: cabinet.heartbeat?.intervalMs ?? null,
    local_echo: Number(cabinet.localEcho),
    wiring: cabinet.wiring,
    addresses: cabinet.addresses === undefined ? null : JSON.stringify(cabinet.addresses),
    left_open_ms: cabinet.leftOpenMs ?? null,
    offline_ms: cabinet.offlineMs ?? null,
    mode: cabinet.mode,
    rules: JSON.stringify(cabinet.rules),
    layout: cabinet.layout === undefined ? null : JSON.stringify(cabinet.layout),
    locks: JSON.stringify(cabinet.cells.map(({ cell, board, channel }) => [cell, board, channel])),
    created_at: now,
    updated_at: now,
    last_seen_at: null,
    cells: cabinet.cells.map(({ state, ...cell }) => ({
      cabinet: cabinet.id,
      ...cell,
      // Who has a cell is not for the description to say.
      state: state === "held" ? undefined : state,
    })),
  };
}
