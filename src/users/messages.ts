/**
 * The messages of the person's socket: what a page may send and what it hears. The browser code imports the
 * types from here, so both sides speak of the same thing.
 *
 * @module
 */
import { z } from "zod";
import type { CabinetView, CellView, CommandState, Reason } from "../locker/types.ts";

const commandId = z.uuid();
const cell = z.int().min(1).max(9999);

/** What a page may send. Anything else is answered with an `error` and changes nothing. */
export const fromPage = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("open"), id: commandId, cell }),
  z.strictObject({ type: z.literal("ping") }),
]);

/** One message from a page. */
export type FromPage = z.infer<typeof fromPage>;

/** Why a message was not taken. */
export type ErrorCode =
  /** The text is no JSON object. Three times running close the socket. */
  | "not-json"
  /** JSON, but no message of this protocol. */
  | "bad-message"
  /** Longer than 4 KiB. */
  | "too-big"
  /** More messages, or more taps in flight, than one person needs. */
  | "too-fast"
  /** This cabinet has no such cell. */
  | "unknown-cell"
  /** The `id` belongs to somebody else's command, or to another cell or cabinet. */
  | "conflict"
  /** The database does not answer: nothing was done. */
  | "unavailable";

/** What a page hears. */
export type ToPage =
  | {
    readonly type: "welcome";
    readonly you: { readonly id: string; readonly name: string };
    readonly cabinet: CabinetView;
    readonly rentals: readonly [];
  }
  | { readonly type: "cabinet"; readonly online?: boolean; readonly cells?: readonly CellView[] }
  | {
    readonly type: "command";
    readonly id: string;
    readonly command: "open";
    readonly cell: number;
    readonly state: CommandState;
    readonly reason?: Reason;
  }
  | { readonly type: "pong" }
  | { readonly type: "error"; readonly id?: string; readonly code: ErrorCode; readonly message: string };
