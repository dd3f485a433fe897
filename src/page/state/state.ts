/**
 * What the page knows and what can happen to it.
 *
 * @module
 */
import type { CabinetView, CellState, PermitView, RentalEnd, RentalView } from "../../cabinet/types.ts";
import type { ErrorCode, RentalsMax, ToPage } from "../../protocol/messages.ts";

import type { SharedCode } from "./shared.ts";
import type { EndedTap, PendingTap, TapKey, Taps } from "./taps.ts";
import { oneMinuteMs, resultShownMs } from "../times.ts";

import type { TapMessageDraft } from "./wishes.ts";

/** How the page stands with the server. `offline-browser`: the device itself says that it has no network. */
export type ConnectionState = "connecting" | "live" | "reconnecting" | "offline-browser";

/** Something to tell the person. `cell` is what it is about. */
export type PageNews =
  | { readonly kind: "step"; readonly tap: PendingTap }
  | { readonly kind: "outcome"; readonly tap: EndedTap }
  | { readonly kind: "refusal"; readonly refusal: PageRefusal; readonly cell: number | undefined }
  | { readonly kind: "door"; readonly door: "open" | "closed"; readonly cell: number }
  | { readonly kind: "error"; readonly code: ErrorCode }
  /** A rental is over, or somebody with its code takes out what is in it. */
  | {
    readonly kind: "over";
    readonly reason: RentalEnd | undefined;
    readonly cell: number;
    readonly picked?: true;
  }
  | { readonly kind: "collecting" | "shared" | "kept" | "claimed"; readonly cell: number }
  /** What was typed is no code: so many digits, or other characters among them. */
  | { readonly kind: "no-code"; readonly digits: number | undefined }
  | { readonly kind: "errand"; readonly errand: Errand };

/** How something went that is not about a door. */
export type Errand =
  | "copied"
  | "not-copied"
  | "scan-foreign"
  | "scan-failed"
  | "not-signed-out"
  /** A guest who has something in a cell cannot sign out. */
  | "holding"
  /** What was typed to get something back is no number, or no password. */
  | "not-eight-digits"
  | "not-removed"
  /** Something of the person is still in a cell; the data goes when it is taken out. */
  | "leaving";

/** The latest news. */
export interface Notice {
  readonly news: PageNews;
  readonly atMs: number;
}

/** Who looks at the page. */
export type You = Extract<ToPage, { type: "welcome" }>["you"];

/** One of the person's rentals; one that is over is shown a little longer. */
export interface MyRental extends RentalView {
  readonly endedAtMs?: number;
  /** Until when one that is over is shown: milliseconds since 1970 by the phone's clock. */
  readonly goneAtMs?: number;
}

/** Where the person stands with the service. Leaving takes two taps: after the first it is asked whether to. */
export type AccountState = "present" | "leave?" | "remove?" | "working" | "signed-out" | "removed";

/** All that the page shows. */
export interface PageState {
  readonly connection: ConnectionState;
  readonly you: You;
  readonly cabinet: CabinetView;
  readonly rentals: readonly MyRental[];
  /** How many cells the person may have here; `undefined`: the server does not say. */
  readonly rentalsMax: RentalsMax | undefined;
  /** `undefined` where the cabinet does not go by permits. */
  readonly permits: readonly PermitView[] | undefined;
  readonly taps: Taps;
  readonly shared: readonly SharedCode[];
  readonly waysBack: readonly ShownRecoveryCode[];
  /** The rental of which it is asked whether to give it back, or only to open it. */
  readonly asking: string | undefined;
  readonly notice: Notice | undefined;
  readonly account: AccountState;
  /** The page may ask WeChat to scan a code; `busy` while it does. */
  readonly scan: "no" | "yes" | "busy";
  /** The time, to the minute: milliseconds since 1970. */
  readonly minuteMs: number;
  /** Whether the time of day is the person's own: the server does not know his time zone. */
  readonly isLocal: boolean;
}

/** What can happen to the page. */
export type PageEvent =
  | { readonly type: "disconnected"; readonly connection: Exclude<ConnectionState, "live"> }
  | { readonly type: "heard"; readonly message: ToPage; readonly nowMs: number }
  | {
    readonly type: "tapped";
    readonly id: string;
    readonly wish: TapMessageDraft;
    readonly nowMs: number;
    readonly serverMs?: number | undefined;
  }
  | { readonly type: "asked-again"; readonly id: string }
  | {
    readonly type: "restored";
    readonly taps: readonly TapKey[];
    readonly shared: readonly SharedCode[];
    readonly nowMs: number;
  }
  | { readonly type: "told"; readonly news: PageNews; readonly nowMs: number }
  | { readonly type: "account"; readonly account: AccountState }
  | { readonly type: "asking"; readonly rental: string | undefined }
  | { readonly type: "scan"; readonly scan: "yes" | "busy" }
  | { readonly type: "time"; readonly nowMs: number };

/** What a page starts from. */
export interface InitialState extends Pick<PageState, "you" | "cabinet" | "rentals"> {
  readonly rentalsMax?: RentalsMax | undefined;
  readonly permits?: readonly PermitView[];
  /** Whether WeChat can be asked to scan a code. */
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
    shared: [],
    waysBack: [],
    asking: undefined,
    notice: undefined,
    account: "present",
    scan: canScan ? "yes" : "no",
    minuteMs: minuteOf(nowMs),
    isLocal,
  };
}

/** The rental as the server tells of it now. One that is over stays in sight for as long as it may be taken up. */
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

/** See the module. */
export type PageRefusal =
  | Exclude<ConnectionState, "live">
  | "cabinet-offline"
  | Extract<CellState, "disabled" | "faulty">
  | "forbidden"
  /** The person has as many cells as is allowed. */
  | "limit"
  /** No cell at all is free, or none of that size. */
  | "full"
  | "size-full";

/** What is to be photographed: the rental's public number, and what nobody else may know. */
export interface ShownRecoveryCode {
  readonly rental: string;
  /** Eight digits each. */
  readonly number: string;
  readonly secret: string;
}
