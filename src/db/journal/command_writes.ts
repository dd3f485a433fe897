import type { CommandTable } from "../schema.ts";
import type { DoorSighting } from "./doors.ts";

/** One write to the journal. */
export type CommandWrite =
  | { readonly type: "insert"; readonly row: CommandTable }
  | {
    readonly type: "sent";
    readonly id: string;
    readonly at: number;
    /** The cabinet to which it is sent, and the epoch in which the sender owns the cabinet. */
    readonly cabinet: string;
    readonly epoch: number;
    /** The number of the isolate that must have inserted it. @default {undefined} any */
    readonly origin?: number | undefined;
  }
  | {
    readonly type: "finish";
    readonly id: string;
    readonly at: number;
    readonly state: string;
    readonly reason: string | null;
    /** The states that this state may follow. */
    readonly from: readonly string[];
    /** When the door was seen open, where the state is `opened`. @default {undefined} at the end of the command */
    readonly seen?: DoorSighting | undefined;
  };

/**
 * The effect of a write. `taken`: it was made. `late`: the command existed already, or had left the states that were
 * asked for. `fenced`: the cabinet has a newer owner.
 */
export type WriteEffect = "taken" | "late" | "fenced";
