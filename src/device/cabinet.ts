import type { BoardFamily, LockAddress, SensorWiring } from "../boards/mod.ts";
import type { CabinetOwner, OpenCommand, SendPermission } from "../cabinet/commands.ts";
import type { DoorMove, NumberedDoorMove } from "../cabinet/doors.ts";

/** A cell and its lock. */
export interface WiredCell extends LockAddress {
  readonly cell: number;
}

/** A cabinet whose DTU may connect. */
export interface DeviceCabinet {
  readonly id: string;
  /** When the cabinet was described so, in milliseconds since 1970. */
  readonly describedAt: number;
  /** `undefined`: only the operator understands the bytes, or the cabinet has a smart controller. */
  readonly family: BoardFamily | undefined;
  readonly wiring: SensorWiring;
  /** Whether the locks have a switch that shows where the door is. */
  readonly feedback: boolean;
  /** Whether the serial adapter returns what is sent. */
  readonly localEcho: boolean;
  /** What its DTU sends first, and perhaps before further packets. */
  readonly registration: Uint8Array;
  readonly heartbeat: Uint8Array | undefined;
  /** Whether the DTU wants its heartbeat sent back. */
  readonly heartbeatEcho: boolean;
  /** The interval between heartbeats, in milliseconds; `undefined`: not entered. */
  readonly heartbeatMs: number | undefined;
  /** Addresses and networks that the device may connect from; `undefined`: any. */
  readonly addresses: readonly string[] | undefined;
  readonly layout: LockLayout;
}

/** A board that has cells. */
export interface LayoutBoard {
  readonly board: number;
  /** The highest channel in use, counted from the family's first as 1. */
  readonly channels: number;
}

/**
 * Which cell is on which lock. Immutable, and shared by all cabinets that are built alike, since tens of
 * thousands of cabinets are of a few makes.
 */
export class LockLayout {
  /** The cells in the order of their numbers; door states are kept under the index in this list. */
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

  /** The index of the cell on that lock; `undefined`: no cell is wired to it. */
  indexOfLock(board: number, channel: number): number | undefined {
    return this.#indexByLock.get(lockKey(board, channel));
  }

  indexOfCell(cell: number): number | undefined {
    return this.#indexByCell.get(cell);
  }
}

/** A board's address is one byte on every bus, and channels go up to 256. */
function lockKey(board: number, channel: number): number {
  return board << 9 | channel;
}

/** The cabinet that a new connection's first bytes name. */
export interface Registration {
  readonly cabinet: DeviceCabinet;
  /** How many of the bytes are the registration and the noise before it. */
  readonly length: number;
  /** Whether a longer registration begins with all of the bytes, so that more could still come. */
  readonly maybeLonger: boolean;
}

/** A cabinet whose controller drives the locks itself, and the secret that it has to prove. */
export interface ControllerCabinet {
  readonly cabinet: DeviceCabinet;
  readonly secret: string;
}

/** What the device side needs of the domain: cabinets and their owners. */
export interface CabinetDirectory {
  /** Finds the cabinet whose registration the bytes begin with, behind noise at most, or of which they have a part. */
  findByRegistration(preamble: Uint8Array): Promise<Registration | "several-cabinets" | undefined>;
  /** Finds the cabinet of a smart controller; `undefined` if no cabinet has that id and a secret. */
  findController(id: string): Promise<ControllerCabinet | undefined>;
  /**
   * Takes the cabinet's next epoch: from then on no connection with a lower epoch may send anything. A later
   * change of the cabinet's description takes a higher one.
   *
   * @returns `undefined` if the description was changed meanwhile, or the cabinet removed
   * @throws {Error} if the database is unavailable
   */
  takeEpoch(cabinet: DeviceCabinet): Promise<number | undefined>;
  /** Stores that the command's bytes are about to be sent, if they may be. Never rejects. */
  sending(command: Pick<OpenCommand, "id" | "origin">, owner: CabinetOwner): Promise<SendPermission>;
  /** When the owner's device was last heard, in milliseconds since 1970: on connecting (`online`) and on leaving. */
  seen(owner: CabinetOwner, at: number, options: { online: boolean }): void;
}

/** Where the device side stores what doors and devices do; the domain implements it. */
export interface DoorRecords {
  /** Stores the moves of doors, soon, and also if the database is unavailable for a while. Never throws. */
  moved(cabinet: string, moves: readonly DoorMove[]): void;
  /**
   * The last stored event of that log; 0 for a log that is new.
   *
   * @throws {Error} if the database is unavailable
   */
  acknowledged(cabinet: string, log: string): Promise<number>;
  /**
   * Stores a smart controller's events, each once however often it comes. Events of locks without a cell have
   * `cell` 0 and only count.
   *
   * @throws {Error} if the database is unavailable: then nothing is acknowledged
   */
  heard(cabinet: string, log: string, moves: readonly NumberedDoorMove[]): Promise<void>;
  /** The switch of that cell's door moves again and again, at that time in ms since 1970. Never throws. */
  fluttered(cabinet: string, cell: number, at: number): void;
  /** Another device tried to take the cabinet's place. Never throws. */
  intruded(cabinet: string, at: number): void;
  /** The cabinet's device keeps sending more than a serial bus can carry. Never throws. */
  sentTooFast(cabinet: string, at: number): void;
  /** So many more unknown devices connected than usual. Never throws. */
  flooded(count: number, at: number): void;
}
