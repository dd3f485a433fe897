import type { CabinetView, PermitView, RentalView } from "../../cabinet/types.ts";
import type { ErrorCode, RentalsMax, ToPage } from "../../protocol/messages.ts";
import { oneMinuteMs, resultShownMs } from "../times.ts";
import type { SharedCode } from "./pickup_codes.ts";
import type { TapRequest } from "./tap_requests.ts";
import type { EndedTap, PendingTap, TapKey, Taps } from "./taps.ts";
import type { CellState, RentalEnd } from "../../cabinet/kinds.ts";

/** The page's connection to the server. `offline-browser`: the browser says that the device has no network. */
export type ConnectionState = "connecting" | "live" | "reconnecting" | "offline-browser";

/** Something that the bar at the bottom tells the person. `cell` is the cell that it is about. */
export type PageNews =
  | { readonly kind: "step"; readonly tap: PendingTap }
  | { readonly kind: "outcome"; readonly tap: EndedTap }
  | { readonly kind: "refusal"; readonly refusal: PageRefusal; readonly cell: number | undefined }
  | { readonly kind: "door"; readonly door: "open" | "closed"; readonly cell: number }
  | { readonly kind: "error"; readonly code: ErrorCode }
  /** A rental ended. */
  | {
    readonly kind: "over";
    readonly reason: RentalEnd | undefined;
    readonly cell: number;
    readonly picked?: true;
  }
  /** `collecting`: a person with the rental's pickup code opens the cell. */
  | { readonly kind: "collecting" | "shared" | "kept" | "claimed" | "extended"; readonly cell: number }
  /** The typed text is not a code: it has so many digits, or other characters (`undefined`). */
  | { readonly kind: "no-code"; readonly digits: number | undefined }
  | { readonly kind: "result"; readonly result: ActionResult };

/** The result of an action that is not about a door. */
export type ActionResult =
  | "copied"
  | "not-copied"
  | "scan-foreign"
  | "scan-failed"
  | "not-signed-out"
  /** A guest who rents a cell cannot sign out. */
  | "holding"
  /** The number or the password of a recovery code does not have eight digits. */
  | "not-eight-digits"
  | "not-removed"
  /** The person still rents a cell; the data is removed when the cell is given back. */
  | "leaving";

/** The latest news. */
export interface Notice {
  readonly news: PageNews;
  readonly atMs: number;
}

/** The person who uses the page. */
export type PageUser = Extract<ToPage, { type: "welcome" }>["you"];

/** One of the person's rentals. An ended one stays on the page for some time. */
export interface MyRental extends RentalView {
  readonly endedAtMs?: number;
  /** When an ended rental leaves the page: milliseconds since 1970 by the phone's clock. */
  readonly goneAtMs?: number;
}

/** The person's account. `leave?` and `remove?`: the page asks for confirmation. */
export type AccountState = "present" | "leave?" | "remove?" | "working" | "signed-out" | "removed";

/** All that the page shows. */
export interface PageState {
  readonly connection: ConnectionState;
  readonly you: PageUser;
  readonly cabinet: CabinetView;
  readonly rentals: readonly MyRental[];
  /** How many cells the person may have here; `undefined`: the server does not say. */
  readonly rentalsMax: RentalsMax | undefined;
  /** `undefined` where the cabinet's mode is not `assigned`. */
  readonly permits: readonly PermitView[] | undefined;
  readonly taps: Taps;
  readonly sharedCodes: readonly SharedCode[];
  readonly recoveryCodes: readonly ShownRecoveryCode[];
  /** The rental for which the dialog asks whether to give the cell back or only to open it. */
  readonly takeDialog: string | undefined;
  readonly notice: Notice | undefined;
  readonly account: AccountState;
  /** Whether WeChat's scanner can be used; `busy` while it is open. */
  readonly scan: "no" | "yes" | "busy";
  /** The time, to the minute: milliseconds since 1970. */
  readonly minuteMs: number;
  /** Whether times are shown in the person's own time zone, which the server does not know. */
  readonly isLocal: boolean;
}

/** What can happen to the page. */
export type PageEvent =
  | { readonly type: "disconnected"; readonly connection: Exclude<ConnectionState, "live"> }
  | { readonly type: "message"; readonly message: ToPage; readonly nowMs: number }
  | {
    readonly type: "tapped";
    readonly id: string;
    readonly request: TapRequest;
    readonly nowMs: number;
    readonly serverMs?: number | undefined;
  }
  | { readonly type: "resent"; readonly id: string }
  | {
    readonly type: "restored";
    readonly taps: readonly TapKey[];
    readonly sharedCodes: readonly SharedCode[];
    readonly nowMs: number;
  }
  | { readonly type: "news"; readonly news: PageNews; readonly nowMs: number }
  | { readonly type: "account"; readonly account: AccountState }
  | { readonly type: "take-dialog"; readonly rental: string | undefined }
  | { readonly type: "scan"; readonly scan: "yes" | "busy" }
  | { readonly type: "time"; readonly nowMs: number };

/** What the page starts from. */
export interface InitialState extends Pick<PageState, "you" | "cabinet" | "rentals"> {
  readonly rentalsMax?: RentalsMax | undefined;
  readonly permits?: readonly PermitView[];
  /** Whether WeChat's scanner can be used. */
  readonly canScan: boolean;
}

/** The state that the server renders and the browser starts from. */
export function initialState(
  { you, cabinet, rentals, rentalsMax, permits, canScan }: InitialState,
  { nowMs, isLocal }: { nowMs: number; isLocal: boolean },
): PageState {
  return {
    connection: "connecting",
    you,
    cabinet,
    rentals: rentals.map((rental) => myRental(rental, { before: undefined, nowMs })),
    rentalsMax,
    permits,
    taps: new Map(),
    sharedCodes: [],
    recoveryCodes: [],
    takeDialog: undefined,
    notice: undefined,
    account: "present",
    scan: canScan ? "yes" : "no",
    minuteMs: minuteOf(nowMs),
    isLocal,
  };
}

/** The rental as the page shows it. An ended one stays for as long as the person can take it up again. */
export function myRental(
  rental: RentalView,
  { before, nowMs }: { before: MyRental | undefined; nowMs: number },
): MyRental {
  if (rental.state !== "ended") return rental;
  const { graceMs, ...view } = rental;
  const { endedAtMs = nowMs, goneAtMs = endedAtMs + resultShownMs } = before ?? {};
  return { ...view, endedAtMs, goneAtMs: graceMs === undefined ? goneAtMs : nowMs + graceMs };
}

/** The beginning of the minute. */
export function minuteOf(nowMs: number): number {
  return nowMs - nowMs % oneMinuteMs;
}

/** Why the page itself refuses a tap. */
export type PageRefusal =
  | Exclude<ConnectionState, "live">
  | "cabinet-offline"
  | Extract<CellState, "disabled" | "faulty">
  | "forbidden"
  /** The person has as many cells as the cabinet's rules allow. */
  | "limit"
  /** No cell is free: none at all, or none of that size. */
  | "full"
  | "size-full";

/** A recovery code, of which the guest is to take a screenshot. */
export interface ShownRecoveryCode {
  readonly rental: string;
  /** The rental's public number: eight digits. */
  readonly number: string;
  /** The password, which only the guest may know: eight digits. */
  readonly secret: string;
}
