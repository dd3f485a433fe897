import type { CommandTable } from "../schema.ts";
import type { DoorSighting } from "../../cabinet/doors.ts";
import type { CabinetOwner, OpenCommand } from "../../cabinet/commands.ts";
import type { CommandState, FinalState, Reason } from "../../cabinet/kinds.ts";

/** A command as it is written down, with its cabinet's organization. */
export type JournalRow = CommandTable & { readonly organization: string };

/** One write to the journal. */
export type CommandWrite =
  | { readonly type: "insert"; readonly row: JournalRow }
  /** Sent by that owner of the cabinet; `origin` is the isolate that must have inserted the command. */
  | { readonly type: "sent"; readonly at: number } & Pick<OpenCommand, "id" | "origin"> & CabinetOwner
  | {
    readonly type: "finish";
    readonly id: string;
    readonly at: number;
    readonly state: FinalState;
    readonly reason: Reason | null;
    /** The states that this state may follow. */
    readonly from: readonly CommandState[];
    /** When the door was seen open, where the state is `opened`. @default {undefined} at the end of the command */
    readonly seen?: DoorSighting | undefined;
  };

/**
 * The effect of a write. `taken`: it was made. `late`: the command existed already, or had left the states that were
 * asked for. `fenced`: the cabinet has a newer owner.
 */
export type WriteEffect = "taken" | "late" | "fenced";
