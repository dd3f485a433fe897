/**
 * Writes to the command journal.
 *
 * @module
 */
import type { CommandTable } from "../schema.ts";
import type { DoorSighting } from "./doors.ts";

/** One write to the journal. */
export type CommandWrite =
  | { readonly type: "insert"; readonly row: CommandTable }
  | {
    readonly type: "sent";
    readonly id: string;
    readonly at: number;
    /** Whose bytes they are, and since which epoch the sender owns it. */
    readonly cabinet: string;
    readonly epoch: number;
    /** Which isolate must have written it down. @default {undefined} any */
    readonly origin?: number | undefined;
  }
  | {
    readonly type: "finish";
    readonly id: string;
    readonly at: number;
    readonly state: string;
    readonly reason: string | null;
    /** The states that this one may follow. */
    readonly from: readonly string[];
    /** When the door was seen open, where the state is `opened`. @default at the end */
    readonly seen?: DoorSighting | undefined;
  };

/**
 * What became of a write: it took effect; or it came too late, as the command was there already or had moved on;
 * or it was held back, as the cabinet has a newer owner.
 */
export type WriteEffect = "taken" | "late" | "fenced";
