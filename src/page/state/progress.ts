import { briefShownMs, resultShownMs } from "../times.ts";
import type { Notice, PageNews, PageState } from "./state.ts";
import { endTap, type PageTap, type PendingTap, type TapEnding, withTap } from "./taps.ts";

/** The state with this news in the bar at the bottom. */
export function withNews(state: PageState, { news, nowMs }: { news: PageNews; nowMs: number }): PageState {
  return { ...state, notice: { news, atMs: nowMs } };
}

/** When the news leaves the bar. */
export function noticeEndsAtMs({ news, atMs }: Notice): number {
  const isBrief = news.kind === "shared" || news.kind === "result" && news.result === "copied";
  return atMs + (isBrief ? briefShownMs : resultShownMs);
}

/** The state with the running tap. A request for a recovery code, which the page makes by itself, is not news. */
export function withRunningTap(
  state: PageState,
  { tap, nowMs }: { tap: PendingTap; nowMs: number },
): PageState {
  const next = { ...state, taps: withTap(state.taps, tap) };
  return tap.request.type === "way-back" ? next : withNews(next, { news: { kind: "step", tap }, nowMs });
}

/** The state with the tap ended. */
export function withEndedTap(
  state: PageState,
  { tap, ...ending }: TapEnding & { readonly tap: PageTap },
): PageState {
  const ended = endTap(tap, ending);
  const news: PageNews = { kind: "outcome", tap: ended };
  return withNews({ ...state, taps: withTap(state.taps, ended) }, { news, nowMs: ending.nowMs });
}
