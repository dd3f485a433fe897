import type { SensedDoor } from "../boards/mod.ts";

export type { SensedDoor };

/** Where a door is. `unknown`: it was never read, it cannot be read, or the cabinet is offline. */
export type DoorState = SensedDoor | "unknown";

/**
 * A moment in the life of a cabinet's line, as its owners count. Those of a higher epoch are later, and within one those of
 * a higher count: clocks have no part in it.
 */
export interface LineMoment {
  readonly epoch: number;
  /** How much that owner had told of the cabinet by then. */
  readonly count: number;
}

/** Whether the moment is later than the other one; `undefined`: nothing was heard before. */
export function isLater(moment: LineMoment, than: LineMoment | undefined): boolean {
  if (!than) return true;
  return moment.epoch === than.epoch ? moment.count > than.count : moment.epoch > than.epoch;
}

/** When a door was seen: on its owner's clock, and in the order of its cabinet's line. */
export interface DoorSighting {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The epoch of the owner that saw it; `undefined`: it is not known, and no owner can have seen more. */
  readonly epoch?: LineMoment["epoch"] | undefined;
  readonly count?: LineMoment["count"] | undefined;
}

/** Where a door is now. */
export interface DoorChange {
  readonly cell: number;
  readonly door: DoorState;
  /** The command that opened it, as far as the cabinet's connection knows. */
  readonly command?: string | undefined;
}

/** A door that moved, or was found elsewhere than it had been when last seen. */
export interface DoorMove extends DoorChange, DoorSighting {
  readonly door: SensedDoor;
  /**
   * `found`: seen so by the first reading of a connection, so it is not known when it moved; `raw`: bytes of the operator
   * had just been sent.
   */
  readonly how?: "found" | "raw" | undefined;
}

/** A door's move as a smart controller counts them. */
export interface NumberedDoorMove extends DoorMove {
  readonly seq: number;
}

/** Where a door stands, and the command that opened it, as far as the cabinet's connection knows. */
export type DoorReading = Pick<DoorMove, "door" | "command">;

/** Moves of one cabinet's doors, in their order. */
export interface CabinetMoves {
  readonly cabinet: string;
  readonly moves: readonly DoorMove[];
}
