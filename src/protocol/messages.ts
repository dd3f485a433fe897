/**
 * The messages of the person's socket: what a page may send and what it hears. The browser code imports the
 * types from here, so both sides speak of the same thing.
 *
 * @module
 */
import { z } from "zod";
import { unseenIn } from "../lib/text/plain_text.ts";
import { cellNumber } from "../cabinet/words.ts";
import type { CabinetView, CellView, PermitView, RentalView } from "../cabinet/types.ts";
import type { CommandKind, CommandState, Reason } from "../cabinet/kinds.ts";

/** Version 8 is how an operator's `Idempotency-Key` becomes an id: a page must not take one of those. */
const commandId = z.uuid().refine((id) => id[14] !== "8", "must not be a UUID of version 8");
const rental = z.uuid();
const size = z.string().min(1).max(16, { abort: true })
  .refine((text) => unseenIn(text) === undefined, "up to 16 characters that can be seen");
const eightDigits = z.string().regex(/^\d{8}$/, "8 digits");

/**
 * What every tap on a door has. `at` is when it was made, in milliseconds since 1970 by the service's clock, which the
 * welcome and each `pong` tell: `time + (now - when that message came)` is never ahead of it. A tap that is older than
 * `COMMAND.deadlineMs` is refused as `expired`; one without `at`, or of the future, counts as made when it comes. A page
 * that asks again with the same `id` says the same `at`.
 */
const tap = { id: commandId, at: z.int().min(0).optional() };

/** What a page may send. Anything else is answered with an `error` and changes nothing. */
export const fromPage = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("open"), ...tap, cell: cellNumber }),
  z.strictObject({ type: z.literal("store"), ...tap, size: size.optional() }),
  z.strictObject({ type: z.literal("reopen"), ...tap, rental }),
  z.strictObject({ type: z.literal("retrieve"), ...tap, rental }),
  z.strictObject({ type: z.literal("pickup"), ...tap, code: eightDigits }),
  z.strictObject({ type: z.literal("share"), id: commandId, rental }),
  z.strictObject({ type: z.literal("keep"), id: commandId, rental }),
  z.strictObject({ type: z.literal("way-back"), id: commandId, rental }),
  z.strictObject({ type: z.literal("claim"), id: commandId, number: eightDigits, secret: eightDigits }),
  z.strictObject({ type: z.literal("ping") }),
]);

/** One message from a page. */
export type FromPage = z.infer<typeof fromPage>;

/** Why a message was not taken. */
export type ErrorCode =
  /** The text is not a JSON object. Three times running close the socket. */
  | "not-json"
  /** JSON, but no message of this protocol. */
  | "bad-message"
  /** Longer than 4 KiB. */
  | "too-big"
  /** More messages, or more taps in flight, than one person needs. */
  | "too-fast"
  /** This cabinet has no such cell. */
  | "unknown-cell"
  /** The `id` belongs to another person's command, or to another cell or cabinet. */
  | "conflict"
  /** The rental is not there, is over, or the person may not do that with it. */
  | "forbidden"
  /** A `keep`: another person has the cell by now. A `claim`: the rental has ended. */
  | "over"
  /** A `keep`: the person has as many cells as the cabinet's rules allow. */
  | "limit"
  /** A `claim`: no rental has such a number, so a digit is wrong. */
  | "bad-number"
  /** A `claim`: number and secret do not belong together, or not any more, or not to this cabinet. */
  | "wrong-code"
  /** A `claim`: too many were wrong; later again. */
  | "blocked"
  /** It could not be written down, as while the database does not answer: nothing was done. */
  | "unavailable";

/** How many cells the person may have in the cabinet, where there is a limit. Cells of others do not count. */
export interface RentalsMax {
  /** Those that are `held`. */
  readonly held?: number;
  /** Those that are being given back with them. */
  readonly all?: number;
}

/** What a page hears. */
export type ToPage =
  | {
    readonly type: "welcome";
    /** The service's clock as this was put together, in milliseconds since 1970. */
    readonly time: number;
    readonly you: {
      readonly id: string;
      readonly name: string;
      /** Eight digits to read out on the telephone; they open nothing. */
      readonly number?: string;
      readonly guest?: true;
    };
    readonly cabinet: CabinetView;
    /** What the person has, and what ended so lately that it may be taken up again. */
    readonly rentals: readonly RentalView[];
    /** Only of a cabinet in which people store. */
    readonly rentalsMax?: RentalsMax;
    /** The person's own; only of a cabinet whose cells are assigned. */
    readonly permits?: readonly PermitView[];
  }
  | { readonly type: "cabinet"; readonly online?: boolean; readonly cells?: readonly CellView[] }
  | {
    readonly type: "command";
    readonly id: string;
    readonly command: CommandKind;
    /** `null` where no cell was given. */
    readonly cell: number | null;
    readonly state: CommandState;
    readonly reason?: Reason;
  }
  /** One of the person's rentals in this cabinet changed. */
  | { readonly type: "rental" } & RentalView
  /** The pickup code that was asked for. `until` is RFC 3339 in UTC. */
  | { readonly type: "shared"; readonly id: string; readonly code: string; readonly until: string }
  /** What the person gave back is the person's as before. */
  | { readonly type: "kept"; readonly id: string; readonly rental: string }
  /** How a guest comes back to the rental without this session: the rental's number and a secret. */
  | {
    readonly type: "way-back";
    readonly id: string;
    readonly rental: string;
    readonly number: string;
    readonly secret: string;
  }
  /** The rental is this person's now. */
  | { readonly type: "claimed"; readonly id: string; readonly rental: string; readonly cell: number }
  /** `time` as in a welcome. */
  | { readonly type: "pong"; readonly time: number }
  | { readonly type: "error"; readonly id?: string; readonly code: ErrorCode; readonly message: string };
