/**
 * What the page knows and what can happen to it.
 *
 * @module
 */
import type { CabinetView } from "../locker/types.ts";
import type { ErrorCode, ToPage } from "../users/messages.ts";
import type { Outcome, Step, TapKey, Taps } from "./taps.ts";

/** How the page stands with the server. `offline-browser`: the device itself says that it has no network. */
export type Connection = "connecting" | "live" | "reconnecting" | "offline-browser";

/** Why the page itself does not take a tap. */
export type Refusal = Exclude<Connection, "live"> | "cabinet-offline" | "disabled" | "faulty";

/** Something to tell the person. */
export type News =
  | { readonly kind: "step"; readonly step: Step }
  | { readonly kind: "outcome"; readonly outcome: Outcome }
  | { readonly kind: "refusal"; readonly refusal: Refusal }
  | { readonly kind: "door"; readonly door: "open" | "closed" }
  | { readonly kind: "error"; readonly code: ErrorCode };

/** The latest news and the cell it is about. */
export interface Notice {
  readonly cell: number | undefined;
  readonly news: News;
  readonly atMs: number;
}

/** Who looks at the page. */
export type You = Extract<ToPage, { type: "welcome" }>["you"];

/** All that the page shows. */
export interface PageState {
  readonly connection: Connection;
  readonly you: You;
  readonly cabinet: CabinetView;
  readonly taps: Taps;
  readonly notice: Notice | undefined;
}

/** What can happen to the page. */
export type PageEvent =
  | { readonly type: "disconnected"; readonly connection: Exclude<Connection, "live"> }
  | { readonly type: "heard"; readonly message: ToPage; readonly nowMs: number }
  | { readonly type: "tapped"; readonly id: string; readonly cell: number; readonly nowMs: number }
  | { readonly type: "asked-again"; readonly id: string }
  | { readonly type: "restored"; readonly taps: readonly TapKey[]; readonly nowMs: number }
  | { readonly type: "time"; readonly nowMs: number };

/** The state that the server renders and the browser starts from. */
export function initialState({ you, cabinet }: Pick<PageState, "you" | "cabinet">): PageState {
  return { connection: "connecting", you, cabinet, taps: new Map(), notice: undefined };
}

/** Why a tap on this cell would not be taken; `undefined` when it would. */
export function refusalOf(state: PageState, cell: number): Refusal | undefined {
  if (state.connection !== "live") return state.connection;
  if (!state.cabinet.online) return "cabinet-offline";
  const use = state.cabinet.cells.find((one) => one.cell === cell)?.state;
  return use === "disabled" || use === "faulty" ? use : undefined;
}
