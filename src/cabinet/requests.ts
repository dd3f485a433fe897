/**
 * What travels between those who want something of a cabinet and the connection that it has.
 *
 * @module
 */

import type { Present } from "../router/place.ts";
import type { Router } from "../router/router.ts";

/** Asked of the cabinet's connection. */
export type CabinetRequest =
  | {
    readonly type: "open";
    /** The command's id. */
    readonly id: string;
    readonly cell: number;
    /** The isolate that wrote the command down. A version before did not say. */
    readonly origin?: number | undefined;
  }
  /** `wake`: an open may come soon, so the line is asked for a sign of life. */
  | { readonly type: "status"; readonly wake?: true }
  /** Have the door read: what was read before proves nothing about what was sent since. */
  | { readonly type: "look"; readonly cell: number }
  /** From the first of these on, the connection publishes what it receives on {@linkcode rawTopic}. */
  | { readonly type: "raw"; readonly bytes: Uint8Array }
  /**
   * Ask the device for a sign of life: somebody at the address `from` claims its cabinet. One that gives none is hung up
   * on. A version before did not say from where.
   */
  | { readonly type: "prove-alive"; readonly from?: string }
  /** Hang up: the cabinet was changed or removed, so its device has to say anew who it is. */
  | { readonly type: "hang-up" };

/** How an open ended at the cabinet. */
export type Evidence =
  | { readonly state: "opened" | "accepted" }
  | { readonly state: "failed"; readonly reason: "did-not-open" }
  | { readonly state: "unconfirmed"; readonly reason: "no-reply" | "not-seen" | "link-lost" }
  | {
    readonly state: "refused";
    readonly reason: "offline" | "busy" | "expired" | "unsupported" | "unavailable" | "stopping";
  };

/**
 * A moment in the life of a cabinet's line, as its owners count. Those of a higher epoch are later, and within one those of
 * a higher count: clocks have no part in it.
 */
export interface LineMoment {
  readonly epoch: number;
  readonly count: number;
}

/** Whether the moment is later than the other one; `undefined`: nothing was heard before. */
export function isLater(moment: LineMoment, than: LineMoment | undefined): boolean {
  if (!than) return true;
  return moment.epoch === than.epoch ? moment.count > than.count : moment.epoch > than.epoch;
}

/** Answered by the cabinet's connection. */
export type CabinetReply =
  | {
    readonly type: "open";
    readonly evidence: Evidence;
    /** When the door was seen open, also in milliseconds since 1970 by the owner's clock. */
    readonly seen?: LineMoment & { readonly at: number };
  }
  | {
    readonly type: "status";
    /** Until when all that the owner told is in it. */
    readonly asOf: LineMoment;
    /** Milliseconds since 1970. */
    readonly connectedAt: number;
    readonly lastSeenAt: number;
    /** Where each door is, by cell; a cell that is not in it is unknown. */
    readonly doors: ReadonlyMap<number, "open" | "closed">;
  }
  /** Where the door is, by a reading that was asked for after the request had come; no `door`: it could not be read. */
  | {
    readonly type: "look";
    readonly door?: "open" | "closed";
    /** The command that opened it, as far as this connection knows. */
    readonly command?: string;
  }
  /** `taken` is false when too much waits for the bus already. */
  | { readonly type: "raw"; readonly taken: boolean }
  | { readonly type: "prove-alive"; readonly isAlive: boolean }
  | { readonly type: "hang-up" };

/** What happens between an open's request and its reply: the bytes are about to leave, and that is on disk. */
export interface SentProgress {
  readonly type: "sent";
}

/** Where a door is now. */
export interface DoorChange {
  readonly cell: number;
  readonly door: "open" | "closed" | "unknown";
  /** The command that opened it, as the line's order proves. */
  readonly command?: string | undefined;
}

/** Whether a cell may be used now. */
export interface CellChange {
  readonly cell: number;
  readonly state: "free" | "held" | "disabled" | "faulty";
}

/** How a rental is now. */
export interface RentalNews {
  readonly rental: string;
  /** Eight digits that people read out; few rentals have none. */
  readonly number?: string;
  readonly cell: number;
  readonly state: "held" | "returning" | "ended";
  readonly since: string;
  readonly until?: string;
  /** `moved`: it is another person's now. */
  readonly reason?: "retrieved" | "picked-up" | "operator" | "moved";
  /** Somebody else's, which the person may take out by a code that he used. */
  readonly picked?: true;
  /** In a welcome, of one that ended: for how long it may still be kept, or opened once more, in milliseconds. */
  readonly graceMs?: number;
  /** The person's own, and somebody with its code is at the door. */
  readonly collecting?: true;
}

/** What one isolate has of a person. */
export interface PersonHere {
  readonly sockets: readonly PersonSocketHere[];
  /** Taps that are not over. */
  readonly taps: number;
}

/** One of the person's sockets. */
export interface PersonSocketHere {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
}

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
  | { readonly type: "rental"; readonly cabinet: string; readonly rental: RentalNews }
  /** On {@linkcode personTopic} only: what the person may open in that cabinet changed. */
  | { readonly type: "permits"; readonly cabinet: string }
  /** On {@linkcode personTopic} only: the person's sessions are over. */
  | { readonly type: "signed-out" }
  /** On {@linkcode presenceTopic} only: what isolates that have something of the person tell each other. */
  | { readonly type: "present"; readonly present: Present<PersonHere> };

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

/** Where isolates that have sockets or taps of a person tell each other so. */
export function presenceTopic(person: string): string {
  return `present ${person}`;
}
