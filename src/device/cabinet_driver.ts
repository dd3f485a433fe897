import type { SensedDoor } from "../boards/mod.ts";
import type { Evidence } from "../cabinet/requests.ts";
import type { WiredCell } from "./cabinet.ts";
import type { CloseReason } from "./context.ts";
import type { DoorQuery } from "./door_queries.ts";
import type { OpenCommand } from "../cabinet/commands.ts";
import type { DoorChange, DoorMove } from "../cabinet/doors.ts";

/** An open that waits for its turn. */
export interface OpenJob extends Pick<OpenCommand, "id" | "origin"> {
  readonly lock: WiredCell;
  /** After that nothing is sent. */
  readonly deadline: number;
  /** Called once, with how the open ended. */
  readonly done: (evidence: Evidence) => void;
}

/** A door that is elsewhere than it was seen before. */
export type SeenDoor = DoorChange & Pick<DoorMove, "how">;

/** What a driver needs of its connection. */
export interface CabinetDriverPort {
  /** The bytes must not be changed afterwards. Bytes that could only be sent later than `by` are not sent. */
  write(bytes: Uint8Array, by?: number): void;
  /** It is the job's turn: answer with {@linkcode CabinetDriver.permitted} once it may be sent. */
  permit(job: OpenJob): void;
  /** Doors were seen elsewhere than before; the subscribers are told. */
  doorsSeen(doors: readonly SeenDoor[]): void;
  /** {@linkcode CabinetDriver.wakeAt} may have changed outside of a call. */
  reschedule(): void;
  close(reason: CloseReason, error?: unknown): void;
}

/**
 * What drives a cabinet's locks: a serial bus with lock boards, or the protocol of a controller that drives
 * its locks itself. No socket and no timer: the connection hands in bytes and the time, and calls
 * {@linkcode CabinetDriver.tick} when {@linkcode CabinetDriver.wakeAt} has come. All times are milliseconds of one
 * monotonic clock.
 */
export interface CabinetDriver {
  /** When {@linkcode tick} has to be called next; `Infinity`: only after another call. */
  readonly wakeAt: number;
  /** When a peer that stays silent has to be asked for a sign of life. */
  readonly askAt: number;
  /** When a peer that stays silent counts as gone. */
  readonly goneAt: number;
  /** Whether an open waits to be sent or for evidence. */
  readonly isBusy: boolean;
  /** The known door states, by cell. */
  readonly doors: ReadonlyMap<number, SensedDoor>;
  /** Takes an open, or refuses it at once if it could not be sent in time. */
  open(job: OpenJob, now: number): void;
  /** Has the door read, after what waits already. */
  queryDoor(query: DoorQuery, now: number): void;
  /** An open may come soon: asks the peer for a sign of life, unless it gave one just now. */
  probeIfQuiet(now: number): void;
  /** The answer to {@linkcode CabinetDriverPort.permit}. */
  permitted(may: boolean, now: number): void;
  /** Sends the operator's bytes in their turn; `false` if too many wait, or the driver cannot send them. */
  raw(bytes: Uint8Array, now: number): boolean;
  received(chunk: Uint8Array, now: number): void;
  /** Does what is due. Harmless when called too early or twice. */
  tick(now: number): void;
  /**
   * Asks the peer for a sign of life; any byte that it sends is one.
   *
   * @param options.again whether the peer was asked already and has not answered yet
   * @returns `false` if there is nothing to ask the peer
   */
  probe(now: number, options?: { again?: boolean }): boolean;
  /** The connection is gone: opens that were sent become unconfirmed, the others are refused. */
  close(): void;
}
