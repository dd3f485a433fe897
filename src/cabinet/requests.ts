import type { Router } from "../router/router.ts";
import type { OpenCommand } from "./commands.ts";
import type { DoorChange, DoorReading, DoorSighting, LineMoment, SensedDoor } from "./doors.ts";
import type { FailureReason, RefusalReason, UnconfirmedReason } from "./kinds.ts";
import type { CellView, RentalView } from "./types.ts";

/** Asked of the cabinet's connection. */
export type CabinetRequest =
  | { readonly type: "open" } & Omit<OpenCommand, "cabinet">
  /** `wake`: an open may come soon, so the line is asked for a sign of life. */
  | { readonly type: "status"; readonly wake?: true }
  /** Have the door read: what was read before proves nothing about what was sent since. */
  | { readonly type: "look"; readonly cell: number }
  /** From the first of these on, the connection publishes what it receives on {@linkcode rawTopic}. */
  | { readonly type: "raw"; readonly bytes: Uint8Array }
  /**
   * Ask the device for a sign of life: a device at the address `from` claims its cabinet. One that gives none is hung up
   * on. A version before did not say from where.
   */
  | { readonly type: "prove-alive"; readonly from?: string }
  /** Hang up: the cabinet was changed or removed, so its device has to say anew who it is. */
  | { readonly type: "hang-up" };

/** How an open ended at the cabinet. */
export type Evidence =
  | { readonly state: "opened" | "accepted" }
  | { readonly state: "failed"; readonly reason: FailureReason }
  | { readonly state: "unconfirmed"; readonly reason: Exclude<UnconfirmedReason, "restarted"> }
  | {
    readonly state: "refused";
    readonly reason: Extract<
      RefusalReason,
      "offline" | "busy" | "expired" | "unsupported" | "unavailable" | "stopping"
    >;
  };

/** Answered by the cabinet's connection. */
export type CabinetReply =
  | {
    readonly type: "open";
    readonly evidence: Evidence;
    /** When the door was seen open, also in milliseconds since 1970 by the owner's clock. */
    readonly seen?: LineMoment & DoorSighting;
  }
  | {
    readonly type: "status";
    /** Until when all that the owner told is in it. */
    readonly asOf: LineMoment;
    /** Milliseconds since 1970. */
    readonly connectedAt: number;
    readonly lastSeenAt: number;
    /** Where each door is, by cell; a cell that is not in it is unknown. */
    readonly doors: ReadonlyMap<number, SensedDoor>;
  }
  /** Where the door is, by a reading that was asked for after the request had come; no `door`: it could not be read. */
  | { readonly type: "look" } & Partial<DoorReading>
  /** `taken` is false when too much waits for the bus already. */
  | { readonly type: "raw"; readonly taken: boolean }
  | { readonly type: "prove-alive"; readonly isAlive: boolean }
  | { readonly type: "hang-up" };

/** What happens between an open's request and its reply: the bytes are about to leave, and that is on disk. */
export interface SentProgress {
  readonly type: "sent";
}

/** Whether a cell may be used now. */
export type CellChange = Pick<CellView, "cell" | "state">;

/** Published about a cabinet. */
export type CabinetEvent =
  | { readonly type: "online" | "offline"; readonly asOf: LineMoment }
  | { readonly type: "doors"; readonly asOf: LineMoment; readonly cells: readonly DoorChange[] }
  /** Cells were given out or taken back, or may be used, or not, from now on. */
  | { readonly type: "cells"; readonly cells: readonly CellChange[] }
  /** The cabinet's description changed, or it was removed. */
  | { readonly type: "changed" }
  /** On {@linkcode rawTopic} only: bytes that came from the bus. */
  | { readonly type: "raw"; readonly bytes: Uint8Array }
  /** On {@linkcode personTopic} only: one of the person's rentals changed. */
  | { readonly type: "rental"; readonly cabinet: string; readonly rental: RentalView }
  /** On {@linkcode personTopic} only: what the person may open in that cabinet changed. */
  | { readonly type: "permits"; readonly cabinet: string }
  /** On {@linkcode personTopic} only: the person's sessions are over. */
  | { readonly type: "signed-out" };

/** The router of cabinets, which all rooms share. */
export type CabinetRouter = Router<CabinetRequest, SentProgress, CabinetReply, CabinetEvent>;

/** Where a cabinet's bytes are published for raw lines. A space is in no cabinet's id. */
export function rawTopic(cabinet: string): string {
  return `raw ${cabinet}`;
}

/** Where a person's own news are published. */
export function personTopic(person: string): string {
  return `person ${person}`;
}
