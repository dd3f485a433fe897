/**
 * What a cabinet's link drives: a serial bus with lock boards, or a controller that drives its locks itself. No
 * socket and no timer: whoever drives it hands in bytes and the time, and calls {@linkcode CabinetDriver.tick} when
 * {@linkcode CabinetDriver.wakeAt} has come. All times are milliseconds of one monotonic clock.
 *
 * @module
 */
import type { SensedDoor } from "../boards/mod.ts";
import type { Evidence } from "../cabinet/requests.ts";
import type { WiredCell } from "./cabinet.ts";
import type { CloseReason } from "./context.ts";
import type { DoorQuery } from "./door_queries.ts";

/** An open that waits for its turn. */
export interface OpenJob {
  readonly id: string;
  /** The isolate that wrote the command down, as far as it said so. */
  readonly origin?: number | undefined;
  readonly cell: WiredCell;
  /** Nothing is sent from then on. */
  readonly deadline: number;
  /** Called once, with how it ended. */
  readonly done: (evidence: Evidence) => void;
}

/** A door that was seen elsewhere than before. */
export interface SeenDoor {
  readonly cell: number;
  readonly door: SensedDoor | "unknown";
  /** The command that opened it. */
  readonly command?: string | undefined;
  /** See `DoorMove`. */
  readonly how?: "found" | "raw" | undefined;
}

/** What a line does to the outside. */
export interface CabinetDriverPort {
  /** The bytes must not be changed afterwards. What could only leave later than `by` does not leave. */
  write(bytes: Uint8Array, by?: number): void;
  /** The job's turn has come: answer with {@linkcode CabinetDriver.permitted} once it may be sent. */
  permit(job: OpenJob): void;
  /** Doors were seen elsewhere than before: to be told to whoever looks. */
  doorsSeen(doors: readonly SeenDoor[]): void;
  /** Something happened outside of a call, so {@linkcode CabinetDriver.wakeAt} may have changed. */
  reschedule(): void;
  close(reason: CloseReason, error?: unknown): void;
}

/** See the module. */
export interface CabinetDriver {
  /** When {@linkcode tick} wants to be called next; `Infinity`: only after something happened. */
  readonly wakeAt: number;
  /** When a peer that goes on saying nothing is to be asked for a sign of life. */
  readonly askAt: number;
  /** When a peer that goes on saying nothing counts as gone. */
  readonly goneAt: number;
  /** Whether an open waits, or evidence of one is looked for. */
  readonly isBusy: boolean;
  /** Where each door is that is known, by cell. */
  readonly doors: ReadonlyMap<number, SensedDoor>;
  /** Takes an open; refuses it at once where it could only wait for nothing. */
  open(job: OpenJob, now: number): void;
  /** Has the door read, after whatever waits already. */
  queryDoor(query: DoorQuery, now: number): void;
  /** An open may come soon: the peer is asked for a sign of life, unless it gave one just now. */
  probeIfQuiet(now: number): void;
  /** The answer to {@linkcode CabinetDriverPort.permit}. */
  permitted(may: boolean, now: number): void;
  /** Sends the operator's bytes when there is room; `false` if too many wait, or it cannot. */
  raw(bytes: Uint8Array, now: number): boolean;
  /** Takes what the peer sent. */
  received(chunk: Uint8Array, now: number): void;
  /** Does what the time asks for. Harmless when called too early or twice. */
  tick(now: number): void;
  /**
   * Asks the peer for a sign of life, which is anything that it sends.
   *
   * @param options.again whether it was asked already, and said nothing yet
   * @returns `false` if there is nothing that it could be asked
   */
  probe(now: number, options?: { again?: boolean }): boolean;
  /** The connection is gone: what was sent is unconfirmed, what was not is refused. */
  close(): void;
}
