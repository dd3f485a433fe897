/**
 * A tap that goes on, or ends: what becomes of the state, and what is told.
 *
 * @module
 */
import type { Notice, PageNews, PageState } from "./state.ts";
import { end, type Ending, type PageTap, type PendingTap, withTap } from "./taps.ts";
import { briefShownMs, resultShownMs } from "../times.ts";

/** The state with something to tell. */
export function told(state: PageState, { news, nowMs }: { news: PageNews; nowMs: number }): PageState {
  return { ...state, notice: { news, atMs: nowMs } };
}

/** When the news are old. */
export function endsAtMs({ news, atMs }: Notice): number {
  const isBrief = news.kind === "shared" || news.kind === "errand" && news.errand === "copied";
  return atMs + (isBrief ? briefShownMs : resultShownMs);
}

/** The state with the tap where it is now. What the page asks for by itself takes no other news' place. */
export function running(state: PageState, { tap, nowMs }: { tap: PendingTap; nowMs: number }): PageState {
  const next = { ...state, taps: withTap(state.taps, tap) };
  return tap.wish.type === "way-back" ? next : told(next, { news: { kind: "step", tap }, nowMs });
}

/** The state with the tap's end. */
export function ended(state: PageState, { tap, ...ending }: Ending & { readonly tap: PageTap }): PageState {
  const over = end(tap, ending);
  const news: PageNews = { kind: "outcome", tap: over };
  return told({ ...state, taps: withTap(state.taps, over) }, { news, nowMs: ending.nowMs });
}
