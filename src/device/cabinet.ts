/**
 * What the device side knows of a cabinet, and where it learns it from.
 *
 * @module
 */
import type { BoardFamily, LockAddress, SensedDoor, SensorWiring } from "../boards/mod.ts";

/** A cell and its lock. */
export interface WiredCell extends LockAddress {
  readonly cell: number;
}

/** A cabinet whose DTU may connect. */
export interface DeviceCabinet {
  readonly id: string;
  /** When it was described so, in milliseconds since 1970. */
  readonly describedAt: number;
  /** `undefined`: only the operator understands the bytes, or it is a smart controller. */
  readonly family: BoardFamily | undefined;
  readonly wiring: SensorWiring;
  /** Whether the locks have a switch that says where the door is. */
  readonly feedback: boolean;
  /** Whether the serial adapter returns what it sends. */
  readonly localEcho: boolean;
  readonly registration: Uint8Array;
  readonly heartbeat: Uint8Array | undefined;
  /** Whether the DTU wants its heartbeat back. */
  readonly heartbeatEcho: boolean;
  /** From heartbeat to heartbeat, in milliseconds; `undefined`: nobody said. */
  readonly heartbeatMs: number | undefined;
  /** Addresses and networks that it may connect from; `undefined`: any. */
  readonly addresses: readonly string[] | undefined;
  readonly layout: LockLayout;
}

/** A board as far as cells hang on it. */
export interface LayoutBoard {
  readonly board: number;
  /** The highest channel in use, counted from the family's first as 1. */
  readonly channels: number;
}

/**
 * Which cell hangs where. Immutable, and shared by all cabinets that are built alike, since tens of thousands of
 * cabinets are of a few makes.
 */
export class LockLayout {
  /** The cells in the order of their numbers; doors are kept under the index in this list. */
  readonly cells: readonly WiredCell[];
  readonly boards: readonly LayoutBoard[];
  readonly #indexByLock = new Map<number, number>();
  readonly #indexByCell = new Map<number, number>();

  constructor(cells: readonly WiredCell[], firstChannel: number) {
    this.cells = cells;
    const channels = new Map<number, number>();
    cells.forEach(({ cell, board, channel }, index) => {
      this.#indexByLock.set(lockKey(board, channel), index);
      this.#indexByCell.set(cell, index);
      channels.set(board, Math.max(channels.get(board) ?? 0, channel - firstChannel + 1));
    });
    this.boards = Array.from(channels, ([board, channels]) => ({ board, channels }));
  }

  /** Index of the cell on that lock; `undefined` where none is wired. */
  indexOfLock(board: number, channel: number): number | undefined {
    return this.#indexByLock.get(lockKey(board, channel));
  }

  /** Index of the cell with that number. */
  indexOfCell(cell: number): number | undefined {
    return this.#indexByCell.get(cell);
  }
}

/** Boards are single bytes on every bus, and channels go to 256 at most. */
function lockKey(board: number, channel: number): number {
  return board << 9 | channel;
}

/** Who a new connection's first bytes say that it is. */
export interface Registration {
  readonly cabinet: DeviceCabinet;
  /** How many of the bytes were the registration, and noise before it. */
  readonly length: number;
  /** Whether a longer registration begins with all of the bytes, so that more could still come. */
  readonly maybeLonger: boolean;
}

/** A cabinet's owner: the connection that took this epoch. One with a higher epoch is its successor. */
export interface CabinetOwner {
  readonly cabinet: string;
  readonly epoch: number;
}

/** Whether an open's bytes may leave; `fenced`: not from here any more, as the cabinet has a newer owner. */
export type Permission = "may" | "must-not" | "fenced";

/** A cabinet whose controller drives the locks itself, and what it proves that it knows. */
export interface ControllerCabinet {
  readonly cabinet: DeviceCabinet;
  readonly secret: string;
}

/** Where the device side learns of cabinets and tells what it did; the domain implements it. */
export interface CabinetDirectory {
  /** Finds the cabinet whose registration the bytes begin with, behind noise at most; `undefined` if none. */
  register(preamble: Uint8Array): Promise<Registration | undefined>;
  /** Finds the cabinet of a smart controller; `undefined` if none has that id and a secret. */
  controller(id: string): Promise<ControllerCabinet | undefined>;
  /**
   * Takes the cabinet's next epoch: from then on nobody with a lower one may send anything. Whoever describes it anew
   * after that takes a higher one.
   *
   * @returns `undefined` if it was described anew before, or removed
   * @throws {Error} if the database is away
   */
  own(cabinet: DeviceCabinet): Promise<number | undefined>;
  /** Puts on disk that the command's bytes are about to leave, if they may. Never rejects. */
  sending(command: { id: string; origin?: number | undefined }, owner: CabinetOwner): Promise<Permission>;
  /** The cabinet was heard of, in milliseconds since 1970: on connecting (`online`) and on leaving. */
  seen(cabinet: string, at: number, options: { online: boolean }): void;
}

/** A door that moved, or was found elsewhere than it had been when last seen. */
export interface DoorMove {
  readonly cell: number;
  readonly door: SensedDoor;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The command that opened it, as far as the bus knows. */
  readonly command?: string | undefined;
  /**
   * `found`: seen so by the first reading of a connection, so nobody knows when it moved; `raw`: bytes of the operator
   * had just been sent.
   */
  readonly how?: "found" | "raw" | undefined;
  /** In which the cabinet is served by whoever saw it, and how much that owner had told of it by then. */
  readonly epoch?: number | undefined;
  readonly count?: number | undefined;
}

/** A door's move as a smart controller counts them. */
export interface NumberedDoorMove extends DoorMove {
  readonly seq: number;
}

/** Where the moves of doors are kept; the domain implements it. */
export interface DoorRecords {
  /** Doors moved. They are stored soon, and over a database that is away for a while. Never throws. */
  moved(cabinet: string, moves: readonly DoorMove[]): void;
  /**
   * The last event of that log that is stored; 0 for a log that was not seen yet.
   *
   * @throws {Error} if the database is away
   */
  acknowledged(cabinet: string, log: string): Promise<number>;
  /**
   * Stores what a smart controller tells, each event once however often it comes. Events of locks without a cell have
   * `cell` 0 and only count.
   *
   * @throws {Error} if the database is away: then nothing is acknowledged
   */
  heard(cabinet: string, log: string, moves: readonly NumberedDoorMove[]): Promise<void>;
  /** The switch of that cell's door moves again and again, at that time in milliseconds since 1970. Never throws. */
  fluttered(cabinet: string, cell: number, at: number): void;
  /** Somebody else tried to take the cabinet's place. Never throws. */
  intruded(cabinet: string, at: number): void;
  /** The cabinet's device sends more than a serial bus can carry, and goes on with it. Never throws. */
  sentTooFast(cabinet: string, at: number): void;
  /** So many more of those who are no cabinet came than usually do. Never throws. */
  flooded(count: number, at: number): void;
}
